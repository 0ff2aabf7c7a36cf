using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Transactions;

/// <content>What happens without a request: timeouts, unfinished ends, forgotten ids.</content>
public sealed partial class TransactionCoordinator
{
    private void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) == 1)
        {
            return;
        }

        try
        {
            foreach (var id in _ids.Values)
            {
                lock (id.Gate)
                {
                    Sweep(id);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    private void Sweep(TransactionalId id)
    {
        if (id.Metadata is not { } metadata)
        {
            return;
        }

        var now = NowMs;
        switch (metadata.State)
        {
            case TransactionState.Ongoing when now - metadata.StartedMs > metadata.TimeoutMs:
                TransactionLog.TimedOut(_logger, id.Id, metadata.TimeoutMs);
                End(id, commit: false, FencingEpoch(metadata));
                break;
            case TransactionState.PrepareCommit or TransactionState.PrepareAbort:
                Complete(id);
                break;
            case not TransactionState.Ongoing when now - metadata.UpdatedMs > _options.TransactionalIdExpiration.TotalMilliseconds:
                Forget(id);
                break;
        }
    }

    private void Forget(TransactionalId id)
    {
        var result = _log.Append(_log.PartitionOf(id.Id), [new StateRecord(TransactionRecords.Key(id.Id), null)]);
        if (result.Error == ErrorCode.None)
        {
            id.Metadata = null;
            _ids.TryRemove(new KeyValuePair<string, TransactionalId>(id.Id, id));
        }
    }

    private void CompleteEnding()
    {
        foreach (var id in _ids.Values.Where(i => i.Metadata is { IsEnding: true }))
        {
            lock (id.Gate)
            {
                TransactionLog.Completing(_logger, id.Id, id.Metadata!.State);
                Complete(id);
            }
        }
    }
}
