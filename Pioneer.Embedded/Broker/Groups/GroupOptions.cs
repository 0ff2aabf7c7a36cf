namespace Pioneer.Embedded.Broker.Groups;

/// <summary>Limits and times of groups, with Kafka's names in the comments.</summary>
public sealed record GroupOptions
{
    /// <summary>group.min.session.timeout.ms.</summary>
    public int MinSessionTimeoutMs { get; init; } = 6_000;

    /// <summary>group.max.session.timeout.ms.</summary>
    public int MaxSessionTimeoutMs { get; init; } = 1_800_000;

    /// <summary>group.initial.rebalance.delay.ms; Kafka waits 3 s, one machine need not.</summary>
    public int InitialRebalanceDelayMs { get; init; }

    /// <summary>group.max.size.</summary>
    public int MaxGroupSize { get; init; } = 10_000;

    /// <summary>offset.metadata.max.bytes (characters).</summary>
    public int MaxOffsetMetadata { get; init; } = 4096;

    /// <summary>offsets.retention.minutes.</summary>
    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long offsets outlive their topic: on Kafka 4.2 some tens of milliseconds, until its coordinators have heard of the deletion.
    /// </summary>
    public TimeSpan OffsetsOutliveTopic { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>offsets.retention.check.interval.ms.</summary>
    public TimeSpan ExpiryInterval { get; init; } = TimeSpan.FromMinutes(10);
}
