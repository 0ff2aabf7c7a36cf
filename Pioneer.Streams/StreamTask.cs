using System.Collections.Immutable;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams;

/// <summary>
/// One part of a query at work on one partition of each of its topics. One thread at a time; everything that a record leads to is done, and
/// sent, when <see cref="Process"/> returns, so whoever runs the task can commit then.
/// </summary>
public sealed class StreamTask
{
    private readonly Dictionary<string, RecordReader[]> _readers;

    internal StreamTask(Dictionary<string, RecordReader[]> readers, ImmutableArray<IStore> stores, ImmutableArray<TaskMark> marks) =>
        (_readers, Stores, Marks) = (readers, stores, marks);

    /// <summary>The stores of the task. Their changes can be kept, and given back to a task that goes on elsewhere.</summary>
    public ImmutableArray<IStore> Stores { get; }

    /// <summary>What its steps remember beside their stores; to be kept, and given back before the first record, with them.</summary>
    public ImmutableArray<TaskMark> Marks { get; }

    /// <summary>The topics that the task reads.</summary>
    public IReadOnlyCollection<string> Topics => _readers.Keys;

    /// <summary>
    /// Takes a record. Records of several topics should come by their time: what comes late may miss what it should meet.
    /// </summary>
    /// <exception cref="StreamTaskException">The record stops the query.</exception>
    public void Process(string topic, SourceRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (var reader in _readers[topic])
        {
            reader.Read(record);
        }
    }
}
