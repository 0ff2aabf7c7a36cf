using System.Collections.Immutable;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>What a query is for; it decides what its result must have.</summary>
public enum QueryUse
{
    /// <summary>Rows go to whoever asked: any columns, keys or not.</summary>
    Transient,

    /// <summary>Rows go to a topic, for good: the key must be selected.</summary>
    Persistent,
}

/// <summary>A query that can run.</summary>
/// <param name="Syntax">What was written.</param>
/// <param name="Sources">Where rows come from, in the order of the text.</param>
/// <param name="Plan">How the result is computed, ending in the projection.</param>
/// <param name="ResultSchema">The result columns as a stream or table has them: keys first.</param>
public sealed record AnalyzedQuery(Query Syntax, ImmutableArray<AnalyzedSource> Sources, ProjectNode Plan, RelationSchema ResultSchema)
{
    /// <summary>The same with every column's source and every selected column's name written out.</summary>
    public required Query Resolved { get; init; }

    /// <summary>Whether the result is a stream or a table.</summary>
    public RelationKind ResultKind => Plan.Kind;

    /// <summary>Whether rows are wanted as they change, until cancelled (otherwise: what there is now).</summary>
    public bool IsPush => Syntax.Emit != EmitMode.None;

    /// <summary>How many rows at most.</summary>
    public long? Limit => Syntax.Limit?.Count;

    /// <summary>The result columns in the order of the SELECT.</summary>
    public ImmutableArray<ProjectedColumn> Projection => Plan.Selected;

    /// <summary>The windows in the keys of the result; null without.</summary>
    public WindowInfo? Window => WindowOf(Plan);

    /// <summary>The first source.</summary>
    public Relation Source => Sources[0].Relation;

    /// <summary>What the first source is called in the query.</summary>
    public string SourceAlias => Sources[0].Alias;

    /// <summary>Whether the query needs only one row at a time: a projection, perhaps a filter, over one source.</summary>
    public bool IsStateless => Plan.Input is ScanNode or FilterNode { Input: ScanNode };

    /// <summary>
    /// The row that <see cref="BoundColumn.Index"/> points into in a stateless query: the source's columns in order, then the pseudo
    /// columns of <see cref="PseudoColumns.OfSource"/>.
    /// </summary>
    public ImmutableArray<Column> Input => Plan.Input.Schema.Columns;

    /// <summary>WHERE of a stateless query, a BOOLEAN.</summary>
    public BoundExpression? Filter => Plan.Input is FilterNode { Input: ScanNode } filter ? filter.Condition : null;

    private static WindowInfo? WindowOf(PlanNode node) => node switch
    {
        ScanNode scan => scan.Source.Relation.Window,
        AggregateNode aggregate => aggregate.Window?.Info,
        _ => WindowOf(node.Inputs[0]),
    };
}

/// <summary>A column of a result, how it is computed, and how that is written (for a column out of <c>*</c>: as if it had been).</summary>
public sealed record ProjectedColumn(Column Column, BoundExpression Expression, Expression Syntax);

/// <summary>A query that can run, or why it can't.</summary>
/// <param name="Query">Null if there is an error.</param>
/// <param name="Diagnostics">Errors and warnings, in the order of the text.</param>
public sealed record AnalysisResult(AnalyzedQuery? Query, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>The error that was found first, which is the one that ksqlDB answers with.</summary>
    public Diagnostic? First { get; init; }
}
