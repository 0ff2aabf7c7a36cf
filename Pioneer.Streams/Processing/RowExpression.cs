using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Functions;

namespace Pioneer.Streams.Processing;

/// <summary>An expression over rows. Where it fails it is NULL, and the log is told.</summary>
/// <param name="expression">What is computed.</param>
/// <param name="step">Of which step, for the log.</param>
/// <param name="services">Clock and randomness.</param>
/// <param name="log">Is told of failures.</param>
/// <param name="isCondition">Whether a row for which it is NULL is left out.</param>
internal sealed class RowExpression(
    BoundExpression expression, string step, FunctionServices services, IProcessingLog log, bool isCondition = false)
{
    private readonly CompiledExpression _compiled = ExpressionCompiler.Compile(expression, services);

    /// <summary>Where in the row the value lies, if it is a column; else -1.</summary>
    public int ColumnIndex { get; } = expression is BoundColumn column ? column.Index : -1;

    /// <summary>The value; a failure is thrown.</summary>
    public object? EvaluateOrThrow(object?[] row) => ColumnIndex >= 0 ? row[ColumnIndex] : _compiled.Evaluate(row);

    /// <summary>The value; NULL for a failure.</summary>
    public object? Evaluate(object?[] row)
    {
        if (ColumnIndex >= 0)
        {
            return row[ColumnIndex];
        }

        try
        {
            return _compiled.Evaluate(row);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (isCondition)
            {
                log.Failed(step, e.Message);
            }
            else
            {
                log.FailedValue(step, e.Message);
            }

            return null;
        }
    }
}
