using System.Collections.Immutable;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>What is durable of a transactional id; replaced as a whole, in memory only after the log has it.</summary>
/// <param name="Partitions">Partitions of the open or ending transaction, offsets partitions included.</param>
internal sealed record TransactionMetadata(
    long ProducerId, short ProducerEpoch, int TimeoutMs, TransactionState State, ImmutableHashSet<TopicPartition> Partitions, long UpdatedMs,
    long StartedMs)
{
    public bool IsEnding => State is TransactionState.PrepareCommit or TransactionState.PrepareAbort;

    /// <summary>Whether a transaction is open or has not ended everywhere: only then has it a start.</summary>
    public bool IsRunning => State == TransactionState.Ongoing || IsEnding;
}

/// <summary>A transactional id: its metadata under its own lock, so that no marker comes between a check and an append.</summary>
internal sealed class TransactionalId(string id)
{
    public Lock Gate { get; } = new();
    public string Id => id;

    /// <summary>Null until first written.</summary>
    public TransactionMetadata? Metadata { get; set; }

    /// <summary>The last InitProducerId that bumped an epoch, to answer a repeated one (KIP-360): before and after.</summary>
    public (long ProducerId, short Epoch)? BumpedFrom { get; set; }
}
