using Pioneer.Ksql.Functions;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams;

/// <summary>What a task works with.</summary>
public sealed record TaskEnvironment
{
    /// <summary>Opens stores.</summary>
    public required IStoreFactory Stores { get; init; }

    /// <summary>Takes records that go to topics, those inside the query among them.</summary>
    public required Action<SentRecord> Send { get; init; }

    /// <summary>Is told of what goes wrong with single records.</summary>
    public required IProcessingLog Log { get; init; }

    /// <summary>Clock and randomness, for functions.</summary>
    public FunctionServices Functions { get; init; } = FunctionServices.System;

    /// <summary>Whether a record whose time can't be read stops the task; else it is left out.</summary>
    public bool ThrowOnInvalidTime { get; init; }

    /// <summary>Of a task that is only looked at.</summary>
    internal static TaskEnvironment Nothing { get; } = new() { Stores = new MemoryStores(), Send = _ => { }, Log = new NoLog() };

    private sealed class NoLog : IProcessingLog
    {
        public void Failed(string step, string reason)
        {
        }

        public void FailedValue(string step, string reason)
        {
        }
    }
}
