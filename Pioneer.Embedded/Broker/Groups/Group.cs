namespace Pioneer.Embedded.Broker.Groups;

/// <summary>
/// One group: members, generation, state and committed offsets. Everything happens under <see cref="Gate"/>; parked requests are
/// completed from inside, their continuations run elsewhere.
/// </summary>
internal sealed partial class Group(string id, GroupStore store, GroupOptions options, TimeProvider time)
{
    private readonly Dictionary<string, GroupMember> _members = [];
    private readonly Dictionary<string, string> _static = [];
    private readonly Dictionary<string, ITimer> _pending = [];
    private ITimer? _rebalanceTimer;
    private long _stateSinceMs = time.GetUtcNow().ToUnixTimeMilliseconds();

    public Lock Gate { get; } = new();
    public string Id => id;
    public GroupState State { get; private set; } = GroupState.Empty;
    public string ProtocolType { get; private set; } = "";
    public string? ProtocolName { get; private set; }
    public int Generation { get; private set; }

    private string? Leader { get; set; }

    private bool IsConsumer => ProtocolType == ConsumerSubscription.ProtocolType;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public GroupListing List() => new(id, ProtocolType, State, "classic");

    public GroupDescription Describe() => new(
        id,
        State,
        ProtocolType,
        State == GroupState.Stable ? ProtocolName ?? "" : "",
        [
            .. _members.Values.Select(m => new DescribedMember(
                m.Id, m.InstanceId, m.ClientId, m.ClientHost, State == GroupState.Stable ? m.MetadataOf(ProtocolName) : [],
                State == GroupState.Stable ? m.Assignment : [])),
        ]);

    /// <summary>Takes over what was stored; members get their session timeout from now.</summary>
    public void Restore(StoredGroup stored)
    {
        DropMembers();
        ProtocolType = stored.ProtocolType;
        Generation = stored.Generation;
        ProtocolName = stored.ProtocolName;
        Leader = stored.Leader;
        _stateSinceMs = stored.StateSinceMs;
        foreach (var m in stored.Members)
        {
            var join = new JoinGroupCommand(
                id, m.MemberId, m.GroupInstanceId, m.ClientId, m.ClientHost, m.SessionTimeoutMs, m.RebalanceTimeoutMs, stored.ProtocolType,
                [new GroupProtocol(stored.ProtocolName ?? "", m.Metadata)], false, false);
            AddMember(new GroupMember(m.MemberId, join) { Assignment = m.Assignment, Synced = true });
        }

        State = _members.Count == 0 ? GroupState.Empty : GroupState.Stable;
    }

    /// <summary>Starts the session timers of restored members; called once the whole log is loaded.</summary>
    public void StartSessions()
    {
        foreach (var member in _members.Values)
        {
            Touch(member);
        }
    }

    /// <summary>Ends the group: parked requests are answered, timers stop.</summary>
    public void Die()
    {
        State = GroupState.Dead;
        foreach (var member in _members.Values)
        {
            Release(member, ErrorCode.UnknownMemberId);
        }

        DropMembers();
    }

    /// <summary>Stops timers and sends parked requests away, when the broker stops.</summary>
    public void Close()
    {
        foreach (var member in _members.Values)
        {
            Release(member, ErrorCode.NotCoordinator);
        }

        DropMembers();
    }

    private StoredGroup ToStored() => new(
        ProtocolType, Generation, ProtocolName, Leader, _stateSinceMs,
        [
            .. _members.Values.Select(m => new StoredMember(
                m.Id, m.InstanceId, m.ClientId, m.ClientHost, m.RebalanceTimeoutMs, m.SessionTimeoutMs, m.MetadataOf(ProtocolName), m.Assignment)),
        ]);

    private void MoveTo(GroupState state)
    {
        State = state;
        _stateSinceMs = NowMs;
    }

    private void AddMember(GroupMember member)
    {
        _members[member.Id] = member;
        if (member.InstanceId is not null)
        {
            _static[member.InstanceId] = member.Id;
        }
    }

    private void DropMember(GroupMember member, ErrorCode reason)
    {
        Release(member, reason);
        member.Dispose();
        _members.Remove(member.Id);
        if (member.InstanceId is not null && _static.GetValueOrDefault(member.InstanceId) == member.Id)
        {
            _static.Remove(member.InstanceId);
        }

        if (Leader == member.Id)
        {
            Leader = null;
        }
    }

    private void DropMembers()
    {
        foreach (var member in _members.Values)
        {
            member.Dispose();
        }

        foreach (var timer in _pending.Values)
        {
            timer.Dispose();
        }

        _members.Clear();
        _static.Clear();
        _pending.Clear();
        _rebalanceTimer?.Dispose();
        _rebalanceTimer = null;
    }

    private static void Release(GroupMember member, ErrorCode error)
    {
        member.Joining?.TrySetResult(JoinFailed(error, member.Id));
        member.Joining = null;
        member.Syncing?.TrySetResult(SyncFailed(error));
        member.Syncing = null;
    }
}
