using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <content>Committed offsets, those of open transactions, and their expiry.</content>
internal sealed partial class Group
{
    private readonly Dictionary<TopicPartition, CommittedOffset> _offsets = [];
    private readonly Dictionary<long, Dictionary<TopicPartition, CommittedOffset>> _pendingOffsets = [];

    /// <summary>Who may commit: a member of the present generation, or anyone while the group has no members (generation -1).</summary>
    public ErrorCode CheckCommit(int generationId, string memberId, string? instanceId, bool transactional)
    {
        if (generationId < 0 && memberId.Length == 0 && instanceId is null && (transactional || State == GroupState.Empty))
        {
            return ErrorCode.None;
        }

        var error = CheckMember(memberId, instanceId, generationId, out var member);
        if (error != ErrorCode.None)
        {
            return error;
        }

        Touch(member!);
        return State == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Writes offsets; with a producer id they stay pending until its transaction ends.</summary>
    public IReadOnlyList<ErrorCode> Commit(IReadOnlyList<OffsetToCommit> offsets, long producerId, short producerEpoch)
    {
        var now = NowMs;
        var errors = offsets.Select(o => o.Metadata?.Length > options.MaxOffsetMetadata ? ErrorCode.OffsetMetadataTooLarge : ErrorCode.None).ToArray();
        var valid = offsets.Where((_, i) => errors[i] == ErrorCode.None)
            .Select(o => (o.Partition, Offset: new CommittedOffset(o.Offset, o.LeaderEpoch, o.Metadata ?? "", now, 0))).ToList();
        if (valid.Count == 0)
        {
            return errors;
        }

        var (error, logOffset) = store.SaveOffsets(id, valid, producerId, producerEpoch);
        if (error != ErrorCode.None)
        {
            return [.. errors.Select(e => e == ErrorCode.None ? error : e)];
        }

        foreach (var (partition, offset) in valid)
        {
            Apply(partition, offset with { LogOffset = logOffset }, producerId);
        }

        return errors;
    }

    /// <summary>Takes in an offset that is in the log; pending when it belongs to a producer's transaction.</summary>
    public void Apply(TopicPartition partition, CommittedOffset offset, long producerId)
    {
        if (producerId == BatchHeader.NoProducerId)
        {
            _offsets[partition] = offset;
            return;
        }

        if (!_pendingOffsets.TryGetValue(producerId, out var pending))
        {
            _pendingOffsets[producerId] = pending = [];
        }

        pending[partition] = offset;
    }

    /// <summary>Takes in a deletion that is in the log.</summary>
    public void Forget(TopicPartition partition) => _offsets.Remove(partition);

    /// <summary>Ends a producer's transaction here: its offsets count now, unless committed again since, or are dropped.</summary>
    public void EndTransaction(long producerId, bool commit)
    {
        if (!_pendingOffsets.Remove(producerId, out var pending) || !commit)
        {
            return;
        }

        foreach (var (partition, offset) in pending)
        {
            if (!_offsets.TryGetValue(partition, out var known) || known.LogOffset < offset.LogOffset)
            {
                _offsets[partition] = offset;
            }
        }
    }

    public IReadOnlyList<FetchedOffset> Fetch(IReadOnlyList<TopicPartition>? partitions, bool requireStable) =>
    [
        .. (partitions ?? [.. _offsets.Keys]).Select(p =>
            requireStable && _pendingOffsets.Values.Any(pending => pending.ContainsKey(p))
                ? new FetchedOffset(p, -1, -1, "", ErrorCode.UnstableOffsetCommit)
                : _offsets.TryGetValue(p, out var o)
                    ? new FetchedOffset(p, o.Offset, o.LeaderEpoch, o.Metadata, ErrorCode.None)
                    : new FetchedOffset(p, -1, -1, "", ErrorCode.None)),
    ];

    /// <summary>OffsetDelete: refused for topics that a live consumer is subscribed to.</summary>
    public (ErrorCode Error, IReadOnlyList<ErrorCode> PartitionErrors) DeleteOffsets(IReadOnlyList<TopicPartition> partitions)
    {
        if (State == GroupState.Dead)
        {
            return (ErrorCode.GroupIdNotFound, []);
        }

        var subscribed = State == GroupState.Empty ? [] : SubscribedTopics();
        if (subscribed is null)
        {
            return (ErrorCode.NonEmptyGroup, []);
        }

        var allowed = partitions.Where(p => !subscribed.Contains(p.Topic)).ToList();
        var error = Drop([.. allowed.Where(_offsets.ContainsKey)], group: false);
        return error != ErrorCode.None
            ? (error, [])
            : (ErrorCode.None, [.. partitions.Select(p => subscribed.Contains(p.Topic) ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None)]);
    }

    /// <summary>DeleteGroups.</summary>
    public ErrorCode Delete()
    {
        if (State == GroupState.Dead)
        {
            return ErrorCode.GroupIdNotFound;
        }

        if (State != GroupState.Empty || _pending.Count > 0)
        {
            return ErrorCode.NonEmptyGroup;
        }

        var error = Drop([.. _offsets.Keys], group: true);
        if (error == ErrorCode.None)
        {
            Die();
        }

        return error;
    }

    /// <summary>Topics that the group has offsets of.</summary>
    public IReadOnlyList<string> TopicsWithOffsets() =>
        [.. _offsets.Keys.Select(partition => partition.Topic).Distinct(StringComparer.Ordinal)];

    /// <summary>Drops the offsets of a deleted topic.</summary>
    public void DropTopic(string topic)
    {
        foreach (var pending in _pendingOffsets.Values)
        {
            foreach (var partition in pending.Keys.Where(p => p.Topic == topic).ToList())
            {
                pending.Remove(partition);
            }
        }

        Drop([.. _offsets.Keys.Where(p => p.Topic == topic)], group: false);
    }

    /// <summary>
    /// Drops offsets that outlived the retention: of an empty group since it became empty, of a live consumer group only for topics nobody
    /// subscribes to. A group with nothing left dies.
    /// </summary>
    public void Expire()
    {
        if (State == GroupState.Dead || _pending.Count > 0)
        {
            return;
        }

        var before = NowMs - (long)options.OffsetsRetention.TotalMilliseconds;
        var hasPending = _pendingOffsets.Values.Any(p => p.Count > 0);
        IEnumerable<TopicPartition> due = State switch
        {
            GroupState.Empty when ProtocolType.Length > 0 => _stateSinceMs < before ? _offsets.Keys : [],
            GroupState.Empty => _offsets.Where(o => o.Value.CommitTimeMs < before).Select(o => o.Key),
            GroupState.Stable when SubscribedTopics() is { } topics =>
                _offsets.Where(o => o.Value.CommitTimeMs < before && !topics.Contains(o.Key.Topic)).Select(o => o.Key),
            _ => [],
        };
        var expired = due.Where(p => !_pendingOffsets.Values.Any(pending => pending.ContainsKey(p))).ToList();
        var dies = State == GroupState.Empty && expired.Count == _offsets.Count && !hasPending;
        if (Drop(expired, dies) == ErrorCode.None && dies)
        {
            Die();
        }
    }

    // Null when the members are no consumers, or their metadata cannot be read: then every topic may be theirs.
    private HashSet<string>? SubscribedTopics()
    {
        var topics = _members.Values
            .Select(m => ConsumerSubscription.ReadTopics(ProtocolName is null ? m.Protocols[0].Metadata : m.MetadataOf(ProtocolName))).ToList();
        return IsConsumer && topics.TrueForAll(t => t is not null) ? [.. topics.SelectMany(t => t!)] : null;
    }

    private ErrorCode Drop(List<TopicPartition> partitions, bool group)
    {
        var error = store.Delete(id, partitions, group);
        if (error == ErrorCode.None)
        {
            partitions.ForEach(p => _offsets.Remove(p));
        }

        return error;
    }
}
