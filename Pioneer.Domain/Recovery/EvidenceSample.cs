namespace Pioneer.Domain.Recovery;

/// <summary>What one probe saw at one moment: the picture from before a failure, without which there is no verdict.</summary>
public sealed class EvidenceSample
{
    public long Id { get; init; }

    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Which detector's eye: <c>kafka.cluster</c>, <c>kafka.topic</c>, <c>kafka.group</c>, <c>connect.connector</c>, <c>ksql.query</c>, <c>source</c>.</summary>
    public required string Probe { get; init; }

    /// <summary>The thing looked at: a topic, group, connector, query or the cluster's id.</summary>
    public required string Subject { get; init; }

    public TenantId? TenantId { get; init; }

    public required ProbeOutcome Outcome { get; init; }

    /// <summary>What was seen, as JSON of the probe's own shape: offsets, states, traces.</summary>
    public required string Data { get; init; }
}

/// <summary>A missing probe can never give 'full': not seen is its own outcome.</summary>
public enum ProbeOutcome
{
    Healthy,
    Degraded,
    Failed,
    NotObserved,
}
