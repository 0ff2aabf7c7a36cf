using System.Collections.Immutable;
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

/// <summary>A query that can run: one source, a projection, perhaps a filter.</summary>
/// <param name="Syntax">What was written.</param>
/// <param name="Source">Where rows come from.</param>
/// <param name="SourceAlias">What the source is called in the query.</param>
/// <param name="Input">The row that <see cref="BoundColumn.Index"/> points into: the source's columns in order, then the pseudo columns
/// of <see cref="PseudoColumns.OfSource"/>.</param>
/// <param name="Projection">The result columns in the order of the SELECT.</param>
/// <param name="Filter">WHERE, a BOOLEAN.</param>
/// <param name="ResultSchema">The result columns as a stream or table has them: keys first.</param>
public sealed record AnalyzedQuery(
    Query Syntax,
    Relation Source,
    string SourceAlias,
    ImmutableArray<Column> Input,
    ImmutableArray<ProjectedColumn> Projection,
    BoundExpression? Filter,
    RelationSchema ResultSchema)
{
    /// <summary>A table's query gives a table.</summary>
    public RelationKind ResultKind => Source.Kind;

    /// <summary>Whether rows are wanted as they change, until cancelled (otherwise: what there is now).</summary>
    public bool IsPush => Syntax.Emit != EmitMode.None;

    /// <summary>How many rows at most.</summary>
    public long? Limit => Syntax.Limit?.Count;
}

/// <summary>A column of a result, how it is computed, and how that is written (for a column out of <c>*</c>: as if it had been).</summary>
public sealed record ProjectedColumn(Column Column, BoundExpression Expression, Expression Syntax);

/// <summary>A query that can run, or why it can't.</summary>
/// <param name="Query">Null if there is an error.</param>
/// <param name="Diagnostics">Errors and warnings, in the order of the text.</param>
public sealed record AnalysisResult(AnalyzedQuery? Query, ImmutableArray<Diagnostic> Diagnostics);
