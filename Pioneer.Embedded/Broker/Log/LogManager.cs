using System.Diagnostics.CodeAnalysis;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// All partition logs of one data directory: opens and recovers them at start, creates and deletes them, sweeps retention and compaction.
/// </summary>
public sealed class LogManager : IAsyncDisposable
{
    private static NotSupportedException Pending() => new("landing in the next commits");

    /// <summary>Opens every partition found; after an unclean stop the tails are scanned and torn batches cut off.</summary>
    public static Task<LogManager> OpenAsync(
        LogManagerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken = default) => throw Pending();

    public IReadOnlyCollection<PartitionLog> Partitions => throw Pending();

    /// <summary>Opens the partition, creating it when it does not exist. Idempotent.</summary>
    public PartitionLog GetOrCreate(Guid topicId, TopicPartition name, LogConfig config) => throw Pending();

    public bool TryGet(TopicPartition name, [NotNullWhen(true)] out PartitionLog? log) => throw Pending();

    public bool TryGet(Guid topicId, int partition, [NotNullWhen(true)] out PartitionLog? log) => throw Pending();

    /// <summary>Applies a changed configuration to each partition of the topic.</summary>
    public void Configure(Guid topicId, LogConfig config) => throw Pending();

    /// <summary>Removes each partition of the topic; open reads fail with <see cref="ErrorCode.UnknownTopicOrPartition"/>.</summary>
    public void DeleteTopic(Guid topicId) => throw Pending();

    /// <summary>Rolls, deletes and compacts what is due now; also run by timer.</summary>
    public void Sweep() => throw Pending();

    public ValueTask DisposeAsync() => throw Pending();
}
