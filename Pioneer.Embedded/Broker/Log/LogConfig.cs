using System.Globalization;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// The part of a topic's configuration that its logs act upon, with Kafka's names and defaults. Times in ms, sizes in bytes,
/// -1 = unlimited. Parsed from topic configs by <see cref="FromTopicConfig"/>; values are taken as already validated there.
/// </summary>
public sealed record LogConfig
{
    /// <summary>Kafka's defaults.</summary>
    public static LogConfig Default { get; } = new();

    public bool Delete { get; init; } = true;
    public bool Compact { get; init; }
    public long RetentionMs { get; init; } = 7L * 24 * 3600 * 1000;
    public long RetentionBytes { get; init; } = -1;
    public int SegmentBytes { get; init; } = 1 << 30;
    public long SegmentMs { get; init; } = 7L * 24 * 3600 * 1000;
    public int IndexIntervalBytes { get; init; } = 4096;
    public int MaxMessageBytes { get; init; } = 1024 * 1024 + 12;
    public long DeleteRetentionMs { get; init; } = 24L * 3600 * 1000;

    /// <summary>Ages a segment may reach before an append rolls it; a compacted log rolls early enough to be compacted in time.</summary>
    public long MaxSegmentMs => Compact ? Math.Min(SegmentMs, MaxCompactionLagMs) : SegmentMs;

    public double MinCleanableDirtyRatio { get; init; } = 0.5;
    public long MinCompactionLagMs { get; init; }
    public long MaxCompactionLagMs { get; init; } = long.MaxValue;
    public long FileDeleteDelayMs { get; init; } = 60_000;

    /// <summary>Records appended before an fsync is forced; <see cref="long.MaxValue"/> leaves it to the page cache.</summary>
    public long FlushMessages { get; init; } = long.MaxValue;

    /// <summary>Longest time appended data stays without fsync.</summary>
    public long FlushMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.type=LogAppendTime</c>.</summary>
    public bool StampOnAppend { get; init; }

    /// <summary>How far ahead of the broker's clock a record's timestamp may be.</summary>
    public long TimestampAfterMaxMs { get; init; } = 3_600_000;

    /// <summary>How far behind the broker's clock a record's timestamp may be.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary>Reads Kafka's topic config names; absent or unreadable values keep their default.</summary>
    public static LogConfig FromTopicConfig(IReadOnlyDictionary<string, string> configs)
    {
        var policy = configs.TryGetValue("cleanup.policy", out var p) ? p : "delete";
        return new LogConfig
        {
            Delete = policy.Contains("delete", StringComparison.Ordinal),
            Compact = policy.Contains("compact", StringComparison.Ordinal),
            RetentionMs = Number(configs, "retention.ms", Default.RetentionMs),
            RetentionBytes = Number(configs, "retention.bytes", Default.RetentionBytes),
            SegmentBytes = (int)Number(configs, "segment.bytes", Default.SegmentBytes),
            SegmentMs = Number(configs, "segment.ms", Default.SegmentMs),
            IndexIntervalBytes = (int)Number(configs, "index.interval.bytes", Default.IndexIntervalBytes),
            MaxMessageBytes = (int)Number(configs, "max.message.bytes", Default.MaxMessageBytes),
            DeleteRetentionMs = Number(configs, "delete.retention.ms", Default.DeleteRetentionMs),
            MinCleanableDirtyRatio = configs.TryGetValue("min.cleanable.dirty.ratio", out var ratio)
                && double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out var r) ? r : Default.MinCleanableDirtyRatio,
            MinCompactionLagMs = Number(configs, "min.compaction.lag.ms", Default.MinCompactionLagMs),
            MaxCompactionLagMs = Number(configs, "max.compaction.lag.ms", Default.MaxCompactionLagMs),
            FileDeleteDelayMs = Number(configs, "file.delete.delay.ms", Default.FileDeleteDelayMs),
            FlushMessages = Number(configs, "flush.messages", Default.FlushMessages),
            FlushMs = Number(configs, "flush.ms", Default.FlushMs),
            StampOnAppend = configs.TryGetValue("message.timestamp.type", out var type) && type == "LogAppendTime",
            TimestampAfterMaxMs = Number(configs, "message.timestamp.after.max.ms", Default.TimestampAfterMaxMs),
            TimestampBeforeMaxMs = Number(configs, "message.timestamp.before.max.ms", Default.TimestampBeforeMaxMs),
        };
    }

    private static long Number(IReadOnlyDictionary<string, string> configs, string name, long fallback) =>
        configs.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            ? value
            : fallback;
}
