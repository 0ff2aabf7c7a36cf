namespace Pioneer.Embedded.Broker.Transactions;

/// <content>What can be asked about transactions without changing any.</content>
public sealed partial class TransactionCoordinator
{
    /// <summary>What stands of every transactional id at this moment.</summary>
    internal IEnumerable<(string Id, TransactionMetadata Metadata)> All()
    {
        foreach (var id in _ids.Values)
        {
            if (Standing(id) is { } metadata)
            {
                yield return (id.Id, metadata);
            }
        }
    }

    /// <summary>What stands of a transactional id; null where it is not known.</summary>
    internal TransactionMetadata? Find(string transactionalId) => _ids.TryGetValue(transactionalId, out var id) ? Standing(id) : null;

    /// <summary>Whether a transaction has been running, or ending, for longer than this.</summary>
    internal bool RunsLongerThan(TransactionMetadata metadata, long durationMs) =>
        metadata.IsRunning && NowMs - metadata.StartedMs > durationMs;

    private static TransactionMetadata? Standing(TransactionalId id)
    {
        lock (id.Gate)
        {
            return id.Metadata is { State: not TransactionState.Dead } metadata ? metadata : null;
        }
    }
}
