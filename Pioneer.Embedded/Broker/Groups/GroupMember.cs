namespace Pioneer.Embedded.Broker.Groups;

/// <summary>A member of a group; guarded by the group's lock.</summary>
internal sealed class GroupMember(string id, JoinGroupCommand command) : IDisposable
{
    public string Id { get; } = id;
    public string? InstanceId { get; } = command.GroupInstanceId;
    public string ClientId { get; private set; } = command.ClientId;
    public string ClientHost { get; private set; } = command.ClientHost;
    public int SessionTimeoutMs { get; private set; } = command.SessionTimeoutMs;
    public int RebalanceTimeoutMs { get; private set; } = command.RebalanceTimeoutMs;
    public IReadOnlyList<GroupProtocol> Protocols { get; private set; } = command.Protocols;
    public byte[] Assignment { get; set; } = [];

    /// <summary>Set while the member is parked in JoinGroup.</summary>
    public TaskCompletionSource<JoinGroupResult>? Joining { get; set; }

    /// <summary>Set while the member is parked in SyncGroup.</summary>
    public TaskCompletionSource<SyncGroupResult>? Syncing { get; set; }

    /// <summary>True once the member asked for the present generation's assignment.</summary>
    public bool Synced { get; set; }

    /// <summary>Runs out when the member is silent for its session timeout.</summary>
    public ITimer? Session { get; set; }

    public void Update(JoinGroupCommand command)
    {
        ClientId = command.ClientId;
        ClientHost = command.ClientHost;
        SessionTimeoutMs = command.SessionTimeoutMs;
        RebalanceTimeoutMs = command.RebalanceTimeoutMs;
        Protocols = command.Protocols;
    }

    public bool HasProtocols(IReadOnlyList<GroupProtocol> others) =>
        Protocols.Count == others.Count
        && Protocols.Zip(others).All(p => p.First.Name == p.Second.Name && p.First.Metadata.AsSpan().SequenceEqual(p.Second.Metadata));

    public byte[] MetadataOf(string? protocol)
    {
        foreach (var candidate in Protocols)
        {
            if (candidate.Name == protocol)
            {
                return candidate.Metadata;
            }
        }

        return [];
    }

    public void Dispose() => Session?.Dispose();
}
