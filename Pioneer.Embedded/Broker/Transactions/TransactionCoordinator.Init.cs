namespace Pioneer.Embedded.Broker.Transactions;

/// <content>InitProducerId: a new identity, or a fenced older one.</content>
public sealed partial class TransactionCoordinator
{
    /// <summary>InitProducerId. Without transactional id: a new id, or a bumped epoch for a known pair. Known id and epoch are -1 when not given.</summary>
    public ProducerIdentity InitProducerId(string? transactionalId, int timeoutMs, long knownProducerId, short knownEpoch)
    {
        if (transactionalId is null)
        {
            return knownProducerId >= 0 && knownEpoch is >= 0 and < LastEpoch
                ? new ProducerIdentity(ErrorCode.None, knownProducerId, (short)(knownEpoch + 1))
                : WithNewId(id => new ProducerIdentity(ErrorCode.None, id, 0));
        }

        if (transactionalId.Length == 0)
        {
            return Refused(ErrorCode.InvalidRequest);
        }

        if (timeoutMs <= 0 || timeoutMs > _options.MaxTimeoutMs)
        {
            return Refused(ErrorCode.InvalidTransactionTimeout);
        }

        var id = _ids.GetOrAdd(transactionalId, name => new TransactionalId(name));
        lock (id.Gate)
        {
            if (id.Metadata is not { State: not TransactionState.Dead } metadata)
            {
                return WithNewId(producerId => Renew(id, producerId, 0, timeoutMs));
            }

            if (knownProducerId >= 0 && (metadata.ProducerId != knownProducerId || metadata.ProducerEpoch != knownEpoch))
            {
                // a repeated request whose first answer got lost
                return id.BumpedFrom == (knownProducerId, knownEpoch)
                    ? new ProducerIdentity(ErrorCode.None, metadata.ProducerId, metadata.ProducerEpoch)
                    : Refused(ErrorCode.ProducerFenced);
            }

            return Settle(id) is var error and not ErrorCode.None ? Refused(error) : Bump(id, timeoutMs);
        }
    }

    // What an older instance left open is aborted under a higher epoch, so that the instance can append no more.
    private ErrorCode Settle(TransactionalId id) => id.Metadata!.State switch
    {
        TransactionState.Ongoing => End(id, commit: false, FencingEpoch(id.Metadata)),
        TransactionState.PrepareCommit or TransactionState.PrepareAbort => Complete(id),
        _ => ErrorCode.None,
    };

    private static short FencingEpoch(TransactionMetadata metadata) =>
        metadata.ProducerEpoch == short.MaxValue ? metadata.ProducerEpoch : (short)(metadata.ProducerEpoch + 1);

    private ProducerIdentity Bump(TransactionalId id, int timeoutMs)
    {
        var metadata = id.Metadata!;
        var before = (metadata.ProducerId, metadata.ProducerEpoch);
        var identity = metadata.ProducerEpoch >= LastEpoch
            ? WithNewId(producerId => Renew(id, producerId, 0, timeoutMs))
            : Renew(id, metadata.ProducerId, (short)(metadata.ProducerEpoch + 1), timeoutMs);
        id.BumpedFrom = identity.Error == ErrorCode.None ? before : id.BumpedFrom;
        return identity;
    }

    private ProducerIdentity Renew(TransactionalId id, long producerId, short epoch, int timeoutMs)
    {
        var error = Store(id, new TransactionMetadata(producerId, epoch, timeoutMs, TransactionState.Empty, [], NowMs, -1));
        return error == ErrorCode.None ? new ProducerIdentity(ErrorCode.None, producerId, epoch) : Refused(error);
    }

    private ProducerIdentity WithNewId(Func<long, ProducerIdentity> then)
    {
        long producerId;
        try
        {
            producerId = _producerIds.Next();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TransactionLog.NoProducerId(_logger, e);
            return Refused(ErrorCode.CoordinatorNotAvailable);
        }

        return then(producerId);
    }

    private static ProducerIdentity Refused(ErrorCode error) => new(error, -1, -1);
}
