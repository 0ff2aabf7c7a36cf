using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>The answer to InitProducerId; id and epoch are -1 with an error.</summary>
public readonly record struct ProducerIdentity(ErrorCode Error, long ProducerId, short ProducerEpoch);

/// <summary>
/// Transactions (protocol of Kafka 2.5 to 4.x without TV2), kept in <c>__transaction_state</c>. Opening completes what a crash left in a
/// Prepare state. Thread safe; timeouts run on the given clock.
/// </summary>
public sealed class TransactionCoordinator : IAsyncDisposable
{
    private static NotSupportedException Pending() => new("landing in the next commits");

    public static TransactionCoordinator Open(
        LogManager logs, GroupCoordinator groups, ProducerIdAllocator producerIds, TransactionOptions options, ILoggerFactory loggers,
        TimeProvider time) => throw Pending();

    /// <summary>InitProducerId. Without transactional id: a new id, or a bumped epoch for a known pair. Known id and epoch are -1 when not given.</summary>
    public ProducerIdentity InitProducerId(string? transactionalId, int timeoutMs, long knownProducerId, short knownEpoch) => throw Pending();

    public ErrorCode AddPartitions(string transactionalId, long producerId, short epoch, IReadOnlyList<TopicPartition> partitions) => throw Pending();

    /// <summary>AddOffsetsToTxn.</summary>
    public ErrorCode AddOffsets(string transactionalId, long producerId, short epoch, string groupId) => throw Pending();

    /// <summary>TxnOffsetCommit; one error per offset.</summary>
    public IReadOnlyList<ErrorCode> CommitOffsets(TxnOffsetCommitCommand command) => throw Pending();

    /// <summary>Appends a transactional batch if its partition is in the producer's open transaction; no marker can come between.</summary>
    public AppendResult Append(string transactionalId, PartitionLog log, Memory<byte> batch) => throw Pending();

    /// <summary>EndTxn: when it answers None, the outcome is durable and the markers are written.</summary>
    public ErrorCode EndTransaction(string transactionalId, long producerId, short epoch, bool commit) => throw Pending();

    public ValueTask DisposeAsync() => throw Pending();
}
