using System.Globalization;

namespace Pioneer.Domain.Provisioning;

/// <summary>What changing one setting of a topic does to the records in it and to those still to come.</summary>
internal static class ConfigRisk
{
    public const string MinInSyncReplicas = "min.insync.replicas";

    /// <summary>How files are cut, packed and flushed: no record is kept shorter or less well by any value of these.</summary>
    private static readonly HashSet<string> Neutral =
    [
        "compression.type", "compression.gzip.level", "compression.lz4.level", "compression.zstd.level", "segment.bytes", "segment.ms", "segment.jitter.ms",
        "segment.index.bytes", "index.interval.bytes", "file.delete.delay.ms", "preallocate", "flush.messages", "flush.ms", "min.cleanable.dirty.ratio",
    ];

    /// <summary>
    /// The risk of the step from <paramref name="current"/>, null where it is not known, to <paramref name="wanted"/>, null for the broker's default.
    /// What is not known counts as the stronger of both, so that it is never given up unasked.
    /// </summary>
    public static ChangeRisk Of(string key, string? current, string? wanted) => key switch
    {
        "retention.ms" or "retention.bytes" or "delete.retention.ms" or "min.compaction.lag.ms" =>
            Kept(wanted, unknown: 0) < Kept(current, unknown: long.MaxValue) ? ChangeRisk.DestroysData : ChangeRisk.Safe,
        "cleanup.policy" => wanted is not null && current is not null && Policies(wanted).IsSubsetOf(Policies(current)) ? ChangeRisk.Safe : ChangeRisk.DestroysData,
        MinInSyncReplicas => Number(wanted, unknown: 0) < Number(current, unknown: long.MaxValue) ? ChangeRisk.WeakensProtection : ChangeRisk.Safe,
        "unclean.leader.election.enable" => wanted is "false" || current is "true" ? ChangeRisk.Safe : ChangeRisk.WeakensProtection,
        "message.timestamp.type" => wanted is "LogAppendTime" || current is "CreateTime" ? ChangeRisk.Safe : ChangeRisk.WeakensProtection,
        _ when Neutral.Contains(key) => ChangeRisk.Safe,
        _ => ChangeRisk.InterruptsDelivery,
    };

    /// <summary>The number that a setting holds; <paramref name="unknown"/> where it holds none.</summary>
    public static long Number(string? text, long unknown) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : unknown;

    // -1 keeps for ever.
    private static long Kept(string? text, long unknown) => Number(text, unknown) is var value and >= 0 ? value : long.MaxValue;

    // Each policy deletes in its own way; none at all (Kafka 4.2 and later) keeps everything.
    private static HashSet<string> Policies(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
