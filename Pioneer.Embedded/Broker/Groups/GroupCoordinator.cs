using System.Collections.Concurrent;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <summary>
/// Consumer groups of the classic protocol and committed offsets, kept in <c>__consumer_offsets</c>. Thread safe; timeouts run on
/// the given clock. Members survive a restart of the broker: they go on with heartbeats, without a rebalance.
/// </summary>
public sealed class GroupCoordinator : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Group> _groups = new();
    private readonly GroupStore _store;
    private readonly GroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private readonly ITimer _dropping;
    private readonly ConcurrentQueue<string> _deletedTopics = new();

    private GroupCoordinator(GroupStore store, GroupOptions options, TimeProvider time)
    {
        _store = store;
        _options = options;
        _time = time;
        for (var partition = 0; partition < store.Log.Count; partition++)
        {
            Load(partition);
        }

        foreach (var group in _groups.Values)
        {
            lock (group.Gate)
            {
                group.StartSessions();
            }
        }

        _expiry = time.CreateTimer(_ => Expire(), null, options.ExpiryInterval, options.ExpiryInterval);
        _dropping = time.CreateTimer(_ => DropDeletedTopics(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Loads groups and offsets from the log.</summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public static GroupCoordinator Open(LogManager logs, GroupOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        var log = new StateLog(logs, InternalTopics.ConsumerOffsetsId, InternalTopics.ConsumerOffsets, logs.Options.OffsetsPartitions, time);
        var coordinator = new GroupCoordinator(new GroupStore(log), options, time);
        GroupLog.Loaded(loggers.CreateLogger<GroupCoordinator>(), coordinator._groups.Count);
        return coordinator;
    }

    /// <summary>The partition of <c>__consumer_offsets</c> that keeps this group (AddOffsetsToTxn adds it).</summary>
    public TopicPartition PartitionOf(string groupId) => _store.PartitionOf(groupId);

    /// <summary>Joins and parks until the rebalance ends; cancelling (connection gone) only stops waiting.</summary>
    public async Task<JoinGroupResult> JoinAsync(JoinGroupCommand command, CancellationToken cancellationToken)
    {
        var refused = command.GroupId.Length == 0 ? ErrorCode.InvalidGroupId
            : command.SessionTimeoutMs < _options.MinSessionTimeoutMs || command.SessionTimeoutMs > _options.MaxSessionTimeoutMs
                ? ErrorCode.InvalidSessionTimeout
                : ErrorCode.None;
        if (refused != ErrorCode.None)
        {
            return JoinFailed(refused, command.MemberId);
        }

        Task<JoinGroupResult>? parked = null;
        while (parked is null)
        {
            var group = command.MemberId.Length == 0 ? GetOrAdd(command.GroupId) : _groups.GetValueOrDefault(command.GroupId);
            if (group is null)
            {
                return JoinFailed(ErrorCode.UnknownMemberId, command.MemberId);
            }

            lock (group.Gate)
            {
                if (group.State == GroupState.Dead)
                {
                    Forget(group);
                }
                else
                {
                    parked = group.Join(command);
                }
            }
        }

        return await parked.WaitAsync(cancellationToken);
    }

    /// <summary>Parks until the leader's assignment is there.</summary>
    public async Task<SyncGroupResult> SyncAsync(SyncGroupCommand command, CancellationToken cancellationToken)
    {
        if (!_groups.TryGetValue(command.GroupId, out var group))
        {
            return new SyncGroupResult(command.GroupId.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.UnknownMemberId, null, null, []);
        }

        Task<SyncGroupResult> parked;
        lock (group.Gate)
        {
            parked = group.Sync(command);
        }

        return await parked.WaitAsync(cancellationToken);
    }

    /// <summary>Keeps a member alive; tells it of a rebalance.</summary>
    public ErrorCode Heartbeat(string groupId, int generationId, string memberId, string? groupInstanceId) =>
        groupId.Length == 0 ? ErrorCode.InvalidGroupId
            : With(groupId, g => g.Heartbeat(generationId, memberId, groupInstanceId), ErrorCode.UnknownMemberId);

    /// <summary>Removes members at once.</summary>
    public LeaveGroupResult Leave(string groupId, IReadOnlyList<LeavingMember> members) => With(
        groupId,
        g => new LeaveGroupResult(ErrorCode.None, [.. members.Select(g.Leave)]),
        new LeaveGroupResult(groupId.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.None, [.. members.Select(_ => ErrorCode.UnknownMemberId)]));

    /// <summary>Stores offsets durably; one error per offset, in order. Whether topics exist is checked by the caller.</summary>
    public IReadOnlyList<ErrorCode> CommitOffsets(OffsetCommitCommand command) => Commit(
        command.GroupId, command.GenerationId, command.MemberId, command.GroupInstanceId, command.Offsets, BatchHeader.NoProducerId, -1);

    /// <summary>Committed offsets; <paramref name="partitions"/> null = all of the group.</summary>
    public IReadOnlyList<FetchedOffset> FetchOffsets(string groupId, IReadOnlyList<TopicPartition>? partitions, bool requireStable) => With(
        groupId,
        g => g.Fetch(partitions, requireStable),
        [.. (partitions ?? []).Select(p => new FetchedOffset(p, -1, -1, "", ErrorCode.None))]);

    /// <summary>Every group that exists.</summary>
    public IReadOnlyList<GroupListing> List() =>
        [.. _groups.Keys.Select(id => With(id, g => g.List(), null)).OfType<GroupListing>().Where(g => g.State != GroupState.Dead)];

    /// <summary>Null for a group that does not exist.</summary>
    public GroupDescription? Describe(string groupId) => With(groupId, g => g.State == GroupState.Dead ? null : g.Describe(), null);

    /// <summary>Deletes an empty group with its offsets.</summary>
    public ErrorCode Delete(string groupId)
    {
        if (!_groups.TryGetValue(groupId, out var group))
        {
            return groupId.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.GroupIdNotFound;
        }

        lock (group.Gate)
        {
            var error = group.Delete();
            ForgetIfDead(group);
            return error;
        }
    }

    /// <summary>OffsetDelete: a group error, else one error per partition.</summary>
    public (ErrorCode Error, IReadOnlyList<ErrorCode> PartitionErrors) DeleteOffsets(string groupId, IReadOnlyList<TopicPartition> partitions) =>
        With(groupId, g => g.DeleteOffsets(partitions), (ErrorCode.GroupIdNotFound, []));

    /// <summary>
    /// Drops committed offsets of a deleted topic a moment later. Kafka's coordinators too hear of a deletion after it was answered: who
    /// asks at once, even of a topic made anew, may still be told the old ones.
    /// </summary>
    public void OnTopicDeleted(string topic)
    {
        _deletedTopics.Enqueue(topic);
        _dropping.Change(_options.OffsetsOutliveTopic, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Drops offsets of topics that are not there: the process may have ended before a deletion was carried out here.</summary>
    public void DropOffsetsOfMissing(Func<string, bool> exists)
    {
        foreach (var group in _groups.Values)
        {
            lock (group.Gate)
            {
                foreach (var topic in group.TopicsWithOffsets().Where(topic => !exists(topic)))
                {
                    group.DropTopic(topic);
                }
            }
        }
    }

    /// <summary>Drops what outlived its retention; also run by timer.</summary>
    public void Expire()
    {
        foreach (var group in _groups.Values)
        {
            lock (group.Gate)
            {
                group.Expire();
                ForgetIfDead(group);
            }
        }
    }

    /// <summary>Answers parked requests and stops all timers.</summary>
    public async ValueTask DisposeAsync()
    {
        await _expiry.DisposeAsync();
        await _dropping.DisposeAsync();
        DropDeletedTopics();
        foreach (var group in _groups.Values)
        {
            lock (group.Gate)
            {
                group.Close();
            }
        }
    }

    private void DropDeletedTopics()
    {
        while (_deletedTopics.TryDequeue(out var topic))
        {
            foreach (var group in _groups.Values)
            {
                lock (group.Gate)
                {
                    group.DropTopic(topic);
                }
            }
        }
    }

    /// <summary>TxnOffsetCommit, after the transaction coordinator found the group's partition in the open transaction.</summary>
    internal IReadOnlyList<ErrorCode> CommitPending(TxnOffsetCommitCommand command) => Commit(
        command.GroupId, command.GenerationId, command.MemberId, command.GroupInstanceId, command.Offsets, command.ProducerId,
        command.ProducerEpoch);

    /// <summary>The marker of a transaction is in the offsets partition: its pending offsets count now, or are dropped.</summary>
    internal void EndTransaction(int offsetsPartition, long producerId, bool commit)
    {
        foreach (var group in _groups.Values.Where(g => PartitionOf(g.Id).Partition == offsetsPartition))
        {
            lock (group.Gate)
            {
                group.EndTransaction(producerId, commit);
            }
        }
    }

    private IReadOnlyList<ErrorCode> Commit(
        string groupId, int generationId, string memberId, string? instanceId, IReadOnlyList<OffsetToCommit> offsets, long producerId,
        short producerEpoch)
    {
        if (groupId.Length == 0)
        {
            return [.. offsets.Select(_ => ErrorCode.InvalidGroupId)];
        }

        while (true)
        {
            // a commit from outside makes the group; one with a generation belongs to a group that is gone
            var group = generationId < 0 ? GetOrAdd(groupId) : _groups.GetValueOrDefault(groupId);
            if (group is null)
            {
                return [.. offsets.Select(_ => ErrorCode.IllegalGeneration)];
            }

            lock (group.Gate)
            {
                if (group.State == GroupState.Dead && generationId < 0)
                {
                    Forget(group);
                    continue;
                }

                var error = group.CheckCommit(generationId, memberId, instanceId, producerId != BatchHeader.NoProducerId);
                return error == ErrorCode.None ? group.Commit(offsets, producerId, producerEpoch) : [.. offsets.Select(_ => error)];
            }
        }
    }

    private void Load(int partition)
    {
        foreach (var (header, batch) in _store.Log.Load(partition))
        {
            if (header.IsControl)
            {
                if (TransactionMarker.ReadOutcome(batch) is { } commit)
                {
                    EndTransaction(partition, header.ProducerId, commit);
                }

                continue;
            }

            foreach (var record in RecordReader.Read(batch))
            {
                if (record.Key is { } key && GroupRecords.ReadKey(key.Span) is { } parsed)
                {
                    Restore(parsed.GroupId, parsed.Partition, record, header.IsTransactional ? header.ProducerId : BatchHeader.NoProducerId);
                }
            }
        }
    }

    private void Restore(string groupId, TopicPartition? partition, in LogRecord record, long producerId)
    {
        var group = GetOrAdd(groupId);
        lock (group.Gate)
        {
            switch (partition, record.Value)
            {
                case ({ } p, { } value):
                    group.Apply(p, GroupRecords.ReadOffset(value.Span, record.Offset), producerId);
                    break;
                case ({ } p, null):
                    group.Forget(p);
                    break;
                case (null, { } value):
                    group.Restore(GroupRecords.ReadGroup(value.Span));
                    break;
                default:
                    Forget(group);
                    break;
            }
        }
    }

    private TResult With<TResult>(string groupId, Func<Group, TResult> action, TResult whenUnknown)
    {
        if (!_groups.TryGetValue(groupId, out var group))
        {
            return whenUnknown;
        }

        lock (group.Gate)
        {
            return action(group);
        }
    }

    private Group GetOrAdd(string groupId) => _groups.GetOrAdd(groupId, id => new Group(id, _store, _options, _time));

    private void ForgetIfDead(Group group)
    {
        if (group.State == GroupState.Dead)
        {
            Forget(group);
        }
    }

    private void Forget(Group group) => _groups.TryRemove(new KeyValuePair<string, Group>(group.Id, group));

    private static JoinGroupResult JoinFailed(ErrorCode error, string memberId) => new(error, -1, null, null, "", false, memberId, []);
}
