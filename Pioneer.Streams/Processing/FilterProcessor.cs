using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Lets events through for which a condition holds.</summary>
internal sealed class FilterProcessor(RowExpression condition, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Row is { } row && condition.Evaluate(row) is true)
        {
            next.Process(e);
        }
    }
}

/// <summary>
/// Changes of a table seen through a condition: a row for which it does not hold is a deletion, unless it did not hold for what was there
/// before either.
/// </summary>
internal sealed class TableFilterProcessor(RowExpression condition, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        var passed = e with { Row = Passing(e.Row), Old = Passing(e.Old) };
        if (passed.Row is not null || passed.Old is not null)
        {
            next.Process(passed);
        }
    }

    public object?[]? Passing(object?[]? row) => row is not null && condition.Evaluate(row) is true ? row : null;
}
