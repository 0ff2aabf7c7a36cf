namespace Pioneer.Domain.Provisioning;

/// <summary>
/// How well the platform keeps records: a setting of its own, so that a cluster that has lost a broker is never taken for a smaller one. One row;
/// made at the first look at the cluster, changed by people.
/// </summary>
public sealed class TopicProtection : IRevisioned
{
    /// <summary>The only key.</summary>
    public const int OnlyId = 1;

    /// <summary>More copies than this are never taken by default; a person may want more.</summary>
    public const short MaxDefaultReplicas = 3;

    public int Id { get; init; } = OnlyId;

    /// <summary>Brokers that each record of a tenant's topics is wanted on.</summary>
    public required short ReplicationFactor { get; set; }

    /// <summary>Brokers that must have a record before its writer is told that it is written; Kafka's <c>min.insync.replicas</c>.</summary>
    public required short MinInSyncReplicas { get; set; }

    /// <summary>The largest number of brokers that the cluster was ever seen to have, whether up or down.</summary>
    public required int MostBrokersSeen { get; set; }

    public required ProtectionOrigin Origin { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    public required string ChangedBy { get; set; }

    public long Revision { get; set; }

    public WantedProtection Wanted => new(ReplicationFactor, MinInSyncReplicas);
}

/// <summary>Where the setting comes from.</summary>
public enum ProtectionOrigin
{
    /// <summary>From the brokers and topics that were seen; it follows the largest number of them, upwards only.</summary>
    Observed,

    /// <summary>From the configuration key <c>Kafka:ReplicationFactor</c> at the first look.</summary>
    Configured,

    /// <summary>A person has set it, and only a person changes it.</summary>
    Person,
}

/// <summary>The two numbers that topics are made with.</summary>
public readonly record struct WantedProtection(short ReplicationFactor, short MinInSyncReplicas)
{
    /// <summary>
    /// What goes with so many replicas: with three or more, two have to have a record, so that one broker may be lost at any moment and writing still
    /// goes on. With two, waiting for both would stop all writing when one is lost.
    /// </summary>
    public static WantedProtection For(short replicationFactor) => new(replicationFactor, (short)(replicationFactor >= 3 ? 2 : 1));

    /// <summary>The same for a topic that is kept on fewer brokers than wanted: never so strict that the loss of one stops its writers.</summary>
    public WantedProtection On(short replicas) =>
        replicas >= ReplicationFactor ? this : new WantedProtection(replicas, Math.Min(MinInSyncReplicas, Math.Max((short)1, (short)(replicas - 1))));
}
