namespace Pioneer.Embedded.Broker.Groups;

/// <content>SyncGroup, Heartbeat, LeaveGroup, session timeouts.</content>
internal sealed partial class Group
{
    /// <summary>Handles SyncGroup; followers park until the leader's assignment is there.</summary>
    public Task<SyncGroupResult> Sync(SyncGroupCommand command)
    {
        var error = CheckMember(command.MemberId, command.GroupInstanceId, command.GenerationId, out var member);
        if (error == ErrorCode.None && ((command.ProtocolType is { } type && type != ProtocolType) || (command.ProtocolName is { } name && name != ProtocolName)))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }

        if (error == ErrorCode.None && State is GroupState.PreparingRebalance)
        {
            error = ErrorCode.RebalanceInProgress;
        }

        if (error != ErrorCode.None)
        {
            return Task.FromResult(SyncFailed(error));
        }

        Touch(member!);
        if (State == GroupState.Stable)
        {
            return Task.FromResult(SyncedAs(member!));
        }

        member!.Synced = true;
        member.Syncing?.TrySetResult(SyncFailed(ErrorCode.RebalanceInProgress));
        member.Syncing = new TaskCompletionSource<SyncGroupResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var parked = member.Syncing.Task;
        if (member.Id == Leader)
        {
            Distribute(command.Assignments);
        }

        return parked;
    }

    public ErrorCode Heartbeat(int generationId, string memberId, string? instanceId)
    {
        var error = CheckMember(memberId, instanceId, generationId, out var member);
        if (error != ErrorCode.None)
        {
            return error;
        }

        Touch(member!);
        return State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    public ErrorCode Leave(LeavingMember leaving)
    {
        if (_pending.Remove(leaving.MemberId, out var timer))
        {
            timer.Dispose();
            CompleteIfAllJoined();
            return ErrorCode.None;
        }

        // an admin names a static member by its instance id alone
        var memberId = leaving is { MemberId.Length: 0, GroupInstanceId: { } instance } ? _static.GetValueOrDefault(instance, "") : leaving.MemberId;
        var error = CheckIdentity(memberId, leaving.GroupInstanceId, out var member);
        if (error == ErrorCode.None)
        {
            Remove(member!);
        }

        return error;
    }

    private void Distribute(IReadOnlyList<MemberAssignment> assignments)
    {
        var byMember = assignments.GroupBy(a => a.MemberId).ToDictionary(g => g.Key, g => g.Last().Assignment);
        foreach (var member in _members.Values)
        {
            member.Assignment = byMember.GetValueOrDefault(member.Id, []);
        }

        MoveTo(GroupState.Stable);
        var error = store.SaveGroup(id, ToStored());
        foreach (var member in _members.Values)
        {
            member.Syncing?.TrySetResult(error == ErrorCode.None ? SyncedAs(member) : SyncFailed(error));
            member.Syncing = null;
            Touch(member);
        }

        if (error != ErrorCode.None)
        {
            Prepare();
            return;
        }

        // members that never ask for their assignment are let go as in the rebalance itself
        var generation = Generation;
        _rebalanceTimer?.Dispose();
        _rebalanceTimer = time.CreateTimer(_ => ExpireUnsyncedOf(generation), null, Ms(MaxRebalanceTimeout()), Timeout.InfiniteTimeSpan);
    }

    private void ExpireUnsyncedOf(int generation)
    {
        lock (Gate)
        {
            if (State != GroupState.Stable || Generation != generation)
            {
                return;
            }

            foreach (var silent in _members.Values.Where(m => !m.Synced && m.InstanceId is null).ToList())
            {
                Remove(silent);
            }
        }
    }

    private void Remove(GroupMember member)
    {
        DropMember(member, ErrorCode.UnknownMemberId);
        switch (State)
        {
            case GroupState.Stable or GroupState.CompletingRebalance:
                Prepare();
                break;
            case GroupState.PreparingRebalance:
                CompleteIfAllJoined();
                break;
        }
    }

    // Also sets Synced when a follower asks in Stable.
    private SyncGroupResult SyncedAs(GroupMember member)
    {
        member.Synced = true;
        return new SyncGroupResult(ErrorCode.None, ProtocolType, ProtocolName, member.Assignment);
    }

    private void Touch(GroupMember member)
    {
        var timeout = Ms(member.SessionTimeoutMs);
        if (member.Session is null)
        {
            member.Session = time.CreateTimer(_ => ExpireSession(member), null, timeout, Timeout.InfiniteTimeSpan);
        }
        else
        {
            member.Session.Change(timeout, Timeout.InfiniteTimeSpan);
        }
    }

    // A member parked in a request cannot send heartbeats; it is not silent.
    private void ExpireSession(GroupMember member)
    {
        lock (Gate)
        {
            if (_members.GetValueOrDefault(member.Id) != member)
            {
                return;
            }

            if (member.Joining is not null || member.Syncing is not null)
            {
                Touch(member);
                return;
            }

            Remove(member);
        }
    }

    private ErrorCode CheckMember(string memberId, string? instanceId, int generationId, out GroupMember? member)
    {
        var error = CheckIdentity(memberId, instanceId, out member);
        return error != ErrorCode.None ? error : generationId == Generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private ErrorCode CheckIdentity(string memberId, string? instanceId, out GroupMember? member)
    {
        member = null;
        if (State == GroupState.Dead)
        {
            return ErrorCode.UnknownMemberId;
        }

        if (instanceId is not null)
        {
            if (!_static.TryGetValue(instanceId, out var owner))
            {
                return ErrorCode.UnknownMemberId;
            }

            if (owner != memberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        return _members.TryGetValue(memberId, out member) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private static SyncGroupResult SyncFailed(ErrorCode error) => new(error, null, null, []);
}
