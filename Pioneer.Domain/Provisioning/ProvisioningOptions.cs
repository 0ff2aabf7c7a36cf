using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Platform-wide defaults of wanted state, from configuration section <c>Kafka</c>.</summary>
public sealed class ProvisioningOptions
{
    public const string Section = "Kafka";

    /// <summary>
    /// Key <c>Kafka:ReplicationFactor</c>: what <see cref="TopicProtection"/> begins with; the smaller of 3 and the number of brokers when not set.
    /// </summary>
    public short? ReplicationFactor { get; set; }

    /// <summary>Key <c>Kafka:Partitions</c>: partitions of a new topic whose feed does not say.</summary>
    public int Partitions { get; set; } = 6;

    /// <summary>Key <c>Kafka:DeliveryRetentionMs</c>: how long results stay in a delivery topic; 7 days.</summary>
    public long DeliveryRetentionMs { get; set; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary>Key <c>Kafka:ConnectPrincipal</c>: the user that Connect's worker signs in as.</summary>
    public string ConnectPrincipal { get; set; } = Principals.Connect;

    /// <summary>
    /// Key <c>Kafka:PlatformPrincipal</c>: the user that the portal signs in as, where it is no super user: plans give it what it needs of each tenant's
    /// records. Null where the brokers let it do everything.
    /// </summary>
    public string? PlatformPrincipal { get; set; }

    /// <summary>Key <c>Kafka:ScramIterations</c>; Kafka allows 4096 to 16384.</summary>
    public int ScramIterations { get; set; } = 4096;

    /// <summary>
    /// Keys <c>Kafka:Limits:ProducerBytesPerSecond</c> and so on: what a principal of a tenant that says nothing else may take of one broker.
    /// 0 is no limit.
    /// </summary>
    public TenantLimits Limits { get; set; } = new() { ProducerBytesPerSecond = 10L << 20, ConsumerBytesPerSecond = 50L << 20 };

    /// <summary>All errors at once, each naming its key; empty when the options are good.</summary>
    public IEnumerable<string> Validate()
    {
        if (ReplicationFactor is < 1)
        {
            yield return $"{Section}:ReplicationFactor is {ReplicationFactor}; it must be 1 or more.";
        }

        if (Partitions is < 1 or > 1000)
        {
            yield return $"{Section}:Partitions is {Partitions}; it must be 1 to 1000.";
        }

        if (DeliveryRetentionMs < 60_000)
        {
            yield return $"{Section}:DeliveryRetentionMs is {DeliveryRetentionMs}; it must be a minute (60000) or more.";
        }

        if (Limits.Check() is { } limit)
        {
            yield return $"{Section}:Limits: {limit.Message}";
        }

        if (ScramIterations is < 4096 or > 16384)
        {
            yield return $"{Section}:ScramIterations is {ScramIterations}; Kafka allows 4096 to 16384.";
        }
    }
}
