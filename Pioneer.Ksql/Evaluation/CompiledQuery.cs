using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Evaluation;

/// <summary>
/// The stateless part of a query ready to run: filter, then projection. A part that fails on a row counts as NULL (a filter then
/// drops the row) and is reported; the query goes on, as in ksqlDB. One thread at a time.
/// </summary>
public sealed class CompiledQuery
{
    private readonly CompiledExpression? _filter;
    private readonly CompiledExpression[] _projection;
    private readonly Action<EvaluationFailure> _onFailure;

    private CompiledQuery(CompiledExpression? filter, CompiledExpression[] projection, ImmutableArray<Column> columns, Action<EvaluationFailure> onFailure)
    {
        _filter = filter;
        _projection = projection;
        Columns = columns;
        _onFailure = onFailure;
    }

    /// <summary>The result's columns in the order of the SELECT; <see cref="Project"/> fills its cells in this order.</summary>
    public ImmutableArray<Column> Columns { get; }

    /// <summary>Compiles a query; failures on single rows go to <paramref name="onFailure"/>.</summary>
    public static CompiledQuery Compile(AnalyzedQuery query, FunctionServices services, Action<EvaluationFailure> onFailure)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new CompiledQuery(
            query.Filter is null ? null : ExpressionCompiler.Compile(query.Filter, services),
            [.. query.Projection.Select(p => ExpressionCompiler.Compile(p.Expression, services))],
            [.. query.Projection.Select(p => p.Column)],
            onFailure);
    }

    /// <summary>Whether WHERE holds; a table's query sends a deletion where it does not.</summary>
    public bool Accepts(object?[] row) => _filter is null || Evaluate(_filter, row, "WHERE") is true;

    /// <summary>The SELECT over a row of <see cref="AnalyzedQuery.Input"/>.</summary>
    public object?[] Project(object?[] row)
    {
        var result = new object?[_projection.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Evaluate(_projection[i], row, Columns[i].Name);
        }

        return result;
    }

    private object? Evaluate(CompiledExpression expression, object?[] row, string what)
    {
        try
        {
            return expression.Evaluate(row);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _onFailure(new EvaluationFailure(what, e.Message));
            return null;
        }
    }
}

/// <summary>An expression that failed on a row: which (a result column, or WHERE) and why.</summary>
public sealed record EvaluationFailure(string Expression, string Reason);
