using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>A step at work in one task: one thread at a time.</summary>
internal abstract class Processor
{
    /// <summary>Takes what the step before sends.</summary>
    public abstract void Process(in RowEvent e);
}

/// <summary>Where nothing goes on: of a table that is only looked up.</summary>
internal sealed class EndProcessor : Processor
{
    public override void Process(in RowEvent e)
    {
    }
}
