namespace Pioneer.Ksql.Evaluation;

/// <summary>What compiled code reads: the current row and the values of lambda arguments by slot.</summary>
internal sealed class EvaluationFrame(int slots)
{
    private object?[] _row = [];

    /// <summary>The current row.</summary>
    public ref object?[] Row => ref _row;

    /// <summary>Lambda arguments by slot.</summary>
    public object?[] Slots { get; } = new object?[slots];
}
