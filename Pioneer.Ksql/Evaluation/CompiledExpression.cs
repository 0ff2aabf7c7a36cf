using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Evaluation;

/// <summary>
/// An expression ready to run over rows. An instance serves one thread at a time: functions inside may keep caches between rows.
/// </summary>
public sealed class CompiledExpression
{
    private readonly Func<EvaluationFrame, object?> _code;
    private readonly EvaluationFrame _frame;

    internal CompiledExpression(Func<EvaluationFrame, object?> code, int slots, SqlType? type)
    {
        _code = code;
        _frame = new EvaluationFrame(slots);
        Type = type;
    }

    /// <summary>The type of the result; null for an untyped NULL.</summary>
    public SqlType? Type { get; }

    /// <summary>
    /// The value over a row whose cells are where the analyzer's column indexes point. A failure (division by zero, text that is
    /// no number, a function that refuses) throws; ksqlDB then takes the whole expression as NULL and logs, so do callers here.
    /// </summary>
    public object? Evaluate(object?[] row)
    {
        _frame.Row = row;
        return _code(_frame);
    }
}
