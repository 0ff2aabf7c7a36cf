namespace Pioneer.Embedded.Broker.Log;

/// <summary>Where logs live and how often they are swept.</summary>
public sealed record LogManagerOptions
{
    /// <summary>Directory of all partitions; created when missing, locked against a second process.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>From the start to the first retention check (log.initial.task.delay.ms).</summary>
    public TimeSpan FirstRetentionCheck { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between retention checks after the first (log.retention.check.interval.ms).</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often compacted logs are looked at (log.cleaner.backoff.ms is 15 s).</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Idempotent producers idle for longer are forgotten (producer.id.expiration.ms).</summary>
    public TimeSpan ProducerIdExpiration { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Partitions of <see cref="InternalTopics.ConsumerOffsets"/>; fixed at first start.</summary>
    public int OffsetsPartitions { get; init; } = 8;

    /// <summary>Partitions of <see cref="InternalTopics.TransactionState"/>; fixed at first start.</summary>
    public int TransactionPartitions { get; init; } = 4;
}
