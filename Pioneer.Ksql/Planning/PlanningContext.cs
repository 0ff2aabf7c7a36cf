using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>What the parts of the planner share about one query.</summary>
/// <param name="Query">The query with its names resolved.</param>
/// <param name="Sources">Its sources.</param>
/// <param name="Use">What becomes of its rows.</param>
/// <param name="SinkName">What it fills, for messages; null where nothing has a name.</param>
/// <param name="Options">What it is analyzed against.</param>
/// <param name="Diagnostics">Where reports go.</param>
internal sealed record PlanningContext(
    Query Query,
    QuerySources Sources,
    QueryUse Use,
    string? SinkName,
    AnalysisOptions Options,
    DiagnosticBag Diagnostics)
{
    private bool? _isAggregate;

    /// <summary>Whether the result is kept: its key must be selected then.</summary>
    public bool IsPersistent => Use == QueryUse.Persistent;

    /// <summary>The SELECT list.</summary>
    public SelectedExpressions Selected => field ??= new(Query.Select);

    /// <summary>The SELECT list with columns called as in rows.</summary>
    public SelectedExpressions SelectedInternally => field ??= new(Query.Select.Select(i =>
        i is SelectExpression single ? single with { Expression = Sources.Internal(single.Expression) } : i));

    /// <summary>Whether rows are grouped: by GROUP BY, or all in one because an aggregate is selected.</summary>
    public bool IsAggregate => _isAggregate ??= Query.GroupBy.Count > 0
        || Query.Select.OfType<SelectExpression>().Any(i => Calls(i.Expression, FunctionKind.Aggregate).Any());

    /// <summary>The calls of functions of a kind in an expression, outermost first.</summary>
    public IEnumerable<FunctionCall> Calls(Expression expression, FunctionKind kind) => expression is ColumnReference or Literal
        || (expression is FunctionCall { Arguments.Count: 0 } only && Options.Functions.Find(only.Name.Text)?.Kind != kind)
        ? []
        : SyntaxTree.DescendantsAndSelf(expression)
            .OfType<FunctionCall>()
            .Where(c => Options.Functions.Find(c.Name.Text)?.Kind == kind);

    /// <summary>The place of the SELECT list.</summary>
    public TextSpan SelectSpan => TextSpan.FromBounds(Query.Select[0].Span.Start, Query.Select[^1].Span.End);

    /// <summary>A binder over the rows of a step.</summary>
    public ExpressionBinder Binder(ImmutableArray<Column> columns, CallsAllowed calls = CallsAllowed.Scalar) =>
        new(columns, Options, Diagnostics) { Calls = calls };

    /// <summary>Adds an error and gives no step.</summary>
    public PlanNode? Fail(string code, TextSpan span, string message, string? hint = null, string? fullText = null)
    {
        Diagnostics.Error(code, span, message, hint, fullText);
        return null;
    }
}
