namespace Pioneer.Embedded.Broker.Groups;

/// <content>JoinGroup and the rebalance, as in ClassicGroup of Apache Kafka.</content>
internal sealed partial class Group
{
    /// <summary>Handles JoinGroup of a group that is not dead; the task ends when the rebalance does.</summary>
    public Task<JoinGroupResult> Join(JoinGroupCommand command)
    {
        if (!Accepts(command))
        {
            return Failed(ErrorCode.InconsistentGroupProtocol, command.MemberId);
        }

        if (command.MemberId.Length == 0)
        {
            return JoinAsNew(command);
        }

        if (_pending.Remove(command.MemberId, out var waiting))
        {
            waiting.Dispose();
            return Enter(new GroupMember(command.MemberId, command), command);
        }

        var error = CheckIdentity(command.MemberId, command.GroupInstanceId, out var member);
        return error == ErrorCode.None ? Rejoin(member!, command) : Failed(error, command.MemberId);
    }

    private Task<JoinGroupResult> JoinAsNew(JoinGroupCommand command)
    {
        var memberId = $"{command.GroupInstanceId ?? command.ClientId}-{Guid.NewGuid()}";
        if (command.GroupInstanceId is { } instance)
        {
            return _static.TryGetValue(instance, out var oldId) ? ReplaceStatic(_members[oldId], memberId, command)
                : Enter(new GroupMember(memberId, command), command);
        }

        if (_members.Count + _pending.Count >= options.MaxGroupSize)
        {
            return Failed(ErrorCode.GroupMaxSizeReached, "");
        }

        if (!command.RequireKnownMemberId)
        {
            return Enter(new GroupMember(memberId, command), command);
        }

        _pending[memberId] = time.CreateTimer(_ => ExpirePending(memberId), null, Ms(command.SessionTimeoutMs), Timeout.InfiniteTimeSpan);
        return Failed(ErrorCode.MemberIdRequired, memberId);
    }

    // A static member came back under a new member id: the old id is fenced; nothing else moves while its metadata is the same.
    private Task<JoinGroupResult> ReplaceStatic(GroupMember old, string memberId, JoinGroupCommand command)
    {
        var wasLeader = Leader == old.Id;
        var same = old.HasProtocols(command.Protocols)
            || (State == GroupState.Stable && ProtocolName is not null
                && command.Protocols.Any(p => p.Name == ProtocolName && p.Metadata.AsSpan().SequenceEqual(old.MetadataOf(ProtocolName))));
        DropMember(old, ErrorCode.FencedInstanceId);
        var member = new GroupMember(memberId, command) { Assignment = old.Assignment, Synced = old.Synced };
        AddMember(member);
        Leader = wasLeader ? memberId : Leader;
        if (State != GroupState.Stable || !same)
        {
            return Park(member);
        }

        if (store.SaveGroup(id, ToStored()) is var error and not ErrorCode.None)
        {
            return Failed(error, memberId);
        }

        Touch(member);
        return Task.FromResult(JoinedAs(member) with
        {
            SkipAssignment = wasLeader && command.SupportsSkippingAssignment,
            Leader = wasLeader && !command.SupportsSkippingAssignment ? old.Id : Leader ?? "",
            Members = wasLeader && command.SupportsSkippingAssignment ? MembersForLeader() : [],
        });
    }

    private Task<JoinGroupResult> Rejoin(GroupMember member, JoinGroupCommand command)
    {
        var same = member.HasProtocols(command.Protocols);
        var answerAtOnce = same && (State == GroupState.CompletingRebalance || (State == GroupState.Stable && Leader != member.Id));
        member.Update(command);
        if (!answerAtOnce)
        {
            return Park(member);
        }

        Touch(member);
        return Task.FromResult(JoinedAs(member));
    }

    private Task<JoinGroupResult> Enter(GroupMember member, JoinGroupCommand command)
    {
        if (_members.Count == 0)
        {
            ProtocolType = command.ProtocolType;
        }

        AddMember(member);
        Leader ??= member.Id;
        return Park(member);
    }

    private Task<JoinGroupResult> Park(GroupMember member)
    {
        member.Joining?.TrySetResult(JoinFailed(ErrorCode.RebalanceInProgress, member.Id));
        member.Joining = new TaskCompletionSource<JoinGroupResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var parked = member.Joining.Task;
        Touch(member);
        if (State != GroupState.PreparingRebalance)
        {
            Prepare();
        }
        else
        {
            CompleteIfAllJoined();
        }

        return parked;
    }

    private void Prepare()
    {
        foreach (var member in _members.Values)
        {
            member.Syncing?.TrySetResult(SyncFailed(ErrorCode.RebalanceInProgress));
            member.Syncing = null;
            member.Synced = false;
        }

        var delay = State == GroupState.Empty ? options.InitialRebalanceDelayMs : MaxRebalanceTimeout();
        var initial = State == GroupState.Empty;
        MoveTo(GroupState.PreparingRebalance);
        StartRebalanceTimer(delay, CompleteJoin);
        if (!initial || options.InitialRebalanceDelayMs == 0)
        {
            CompleteIfAllJoined();
        }
    }

    private void CompleteIfAllJoined()
    {
        if (State == GroupState.PreparingRebalance && _pending.Count == 0 && _members.Values.All(m => m.Joining is not null))
        {
            CompleteJoin();
        }
    }

    private void CompleteJoin()
    {
        if (State != GroupState.PreparingRebalance)
        {
            return;
        }

        foreach (var late in _members.Values.Where(m => m.Joining is null && m.InstanceId is null).ToList())
        {
            DropMember(late, ErrorCode.UnknownMemberId);
        }

        Generation++;
        if (_members.Count == 0)
        {
            BecomeEmpty();
            return;
        }

        if (Leader is null || !_members.TryGetValue(Leader, out var leader) || leader.Joining is null)
        {
            Leader = (_members.Values.FirstOrDefault(m => m.Joining is not null) ?? _members.Values.First()).Id;
        }

        ProtocolName = ChooseProtocol();
        MoveTo(GroupState.CompletingRebalance);
        StartRebalanceTimer(MaxRebalanceTimeout(), ExpireUnsynced);
        foreach (var member in _members.Values)
        {
            member.Joining?.TrySetResult(JoinedAs(member));
            member.Joining = null;
            Touch(member);
        }
    }

    private void BecomeEmpty()
    {
        ProtocolName = null;
        Leader = null;
        MoveTo(GroupState.Empty);
        _rebalanceTimer?.Dispose();
        _rebalanceTimer = null;
        store.SaveGroup(id, ToStored());
    }

    // Members that took the generation and never asked for its assignment hold up the others no longer.
    private void ExpireUnsynced()
    {
        if (State != GroupState.CompletingRebalance)
        {
            return;
        }

        foreach (var silent in _members.Values.Where(m => !m.Synced).ToList())
        {
            DropMember(silent, ErrorCode.UnknownMemberId);
        }

        Prepare();
    }

    private bool Accepts(JoinGroupCommand command)
    {
        if (command.ProtocolType.Length == 0 || command.Protocols.Count == 0)
        {
            return false;
        }

        var others = _members.Values.Where(m => m.Id != command.MemberId && (m.InstanceId is null || m.InstanceId != command.GroupInstanceId)).ToList();
        return others.Count == 0
            || (ProtocolType == command.ProtocolType && command.Protocols.Any(p => others.TrueForAll(m => m.Protocols.Any(o => o.Name == p.Name))));
    }

    // Each member votes for its first choice among what all support.
    private string ChooseProtocol()
    {
        var common = _members.Values.Select(m => m.Protocols.Select(p => p.Name)).Aggregate((a, b) => a.Intersect(b)).ToHashSet();
        return _members.Values.Select(m => m.Protocols.Select(p => p.Name).FirstOrDefault(common.Contains) ?? "")
            .GroupBy(name => name).OrderByDescending(votes => votes.Count()).First().Key;
    }

    private int MaxRebalanceTimeout() => _members.Count == 0 ? 0 : _members.Values.Max(m => m.RebalanceTimeoutMs);

    private JoinGroupResult JoinedAs(GroupMember member) => new(
        ErrorCode.None, Generation, ProtocolType, ProtocolName, Leader ?? "", false, member.Id, Leader == member.Id ? MembersForLeader() : []);

    private List<JoinedMember> MembersForLeader() =>
        [.. _members.Values.Select(m => new JoinedMember(m.Id, m.InstanceId, m.MetadataOf(ProtocolName)))];

    private void StartRebalanceTimer(int delayMs, Action whenOver)
    {
        _rebalanceTimer?.Dispose();
        var generation = Generation;
        var state = State;
        _rebalanceTimer = time.CreateTimer(
            _ =>
            {
                lock (Gate)
                {
                    if (Generation == generation && State == state)
                    {
                        whenOver();
                    }
                }
            },
            null, Ms(delayMs), Timeout.InfiniteTimeSpan);
    }

    private void ExpirePending(string memberId)
    {
        lock (Gate)
        {
            if (_pending.Remove(memberId, out var timer))
            {
                timer.Dispose();
                CompleteIfAllJoined();
            }
        }
    }

    private static Task<JoinGroupResult> Failed(ErrorCode error, string memberId) => Task.FromResult(JoinFailed(error, memberId));

    private static JoinGroupResult JoinFailed(ErrorCode error, string memberId) => new(error, -1, null, null, "", false, memberId, []);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(Math.Max(milliseconds, 0));
}
