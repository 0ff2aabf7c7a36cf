using System.Collections.Frozen;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>Every topic config of Kafka 4, with its type, default and bounds. Those that one replica cannot act on are kept and shown.</summary>
public static class TopicConfigs
{
    private const double NonNegative = 0;
    private const double Unlimited = -1;

    private static readonly ConfigDefinition[] Definitions =
    [
        new("cleanup.policy", ConfigType.List, "delete", OneOf: ["compact", "delete"], BrokerName: "log.cleanup.policy"),
        new("compression.gzip.level", ConfigType.Int, "-1", -1, 9, BrokerName: "compression.gzip.level"),
        new("compression.lz4.level", ConfigType.Int, "9", 1, 17, BrokerName: "compression.lz4.level"),
        new("compression.type", ConfigType.String, "producer", OneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
            BrokerName: "compression.type"),
        new("compression.zstd.level", ConfigType.Int, "3", -131072, 22, BrokerName: "compression.zstd.level"),
        new("delete.retention.ms", ConfigType.Long, "86400000", NonNegative, BrokerName: "log.cleaner.delete.retention.ms"),
        new("file.delete.delay.ms", ConfigType.Long, "60000", NonNegative, BrokerName: "log.segment.delete.delay.ms"),
        new("flush.messages", ConfigType.Long, "9223372036854775807", 1, BrokerName: "log.flush.interval.messages"),
        new("flush.ms", ConfigType.Long, "9223372036854775807", NonNegative, BrokerName: "log.flush.interval.ms"),
        new("follower.replication.throttled.replicas", ConfigType.List, ""),
        new("index.interval.bytes", ConfigType.Int, "4096", NonNegative, BrokerName: "log.index.interval.bytes"),
        new("leader.replication.throttled.replicas", ConfigType.List, ""),
        new("local.retention.bytes", ConfigType.Long, "-2", -2, BrokerName: "log.local.retention.bytes"),
        new("local.retention.ms", ConfigType.Long, "-2", -2, BrokerName: "log.local.retention.ms"),
        new("max.compaction.lag.ms", ConfigType.Long, "9223372036854775807", 1, BrokerName: "log.cleaner.max.compaction.lag.ms"),
        new("max.message.bytes", ConfigType.Int, "1048588", NonNegative, BrokerName: "message.max.bytes"),
        new("message.timestamp.after.max.ms", ConfigType.Long, "3600000", NonNegative, BrokerName: "log.message.timestamp.after.max.ms"),
        new("message.timestamp.before.max.ms", ConfigType.Long, "9223372036854775807", NonNegative,
            BrokerName: "log.message.timestamp.before.max.ms"),
        new("message.timestamp.type", ConfigType.String, "CreateTime", OneOf: ["CreateTime", "LogAppendTime"],
            BrokerName: "log.message.timestamp.type"),
        new("min.cleanable.dirty.ratio", ConfigType.Double, "0.5", 0, 1, BrokerName: "log.cleaner.min.cleanable.ratio"),
        new("min.compaction.lag.ms", ConfigType.Long, "0", NonNegative, BrokerName: "log.cleaner.min.compaction.lag.ms"),
        new("min.insync.replicas", ConfigType.Int, "1", 1, BrokerName: "min.insync.replicas"),
        new("preallocate", ConfigType.Boolean, "false", BrokerName: "log.preallocate"),
        new("remote.log.copy.disable", ConfigType.Boolean, "false"),
        new("remote.log.delete.on.disable", ConfigType.Boolean, "false"),
        new("remote.storage.enable", ConfigType.Boolean, "false"),
        new("retention.bytes", ConfigType.Long, "-1", Unlimited, BrokerName: "log.retention.bytes"),
        new("retention.ms", ConfigType.Long, "604800000", Unlimited, BrokerName: "log.retention.ms"),
        new("segment.bytes", ConfigType.Int, "1073741824", 14, BrokerName: "log.segment.bytes"),
        new("segment.index.bytes", ConfigType.Int, "10485760", 4, BrokerName: "log.index.size.max.bytes"),
        new("segment.jitter.ms", ConfigType.Long, "0", NonNegative, BrokerName: "log.roll.jitter.ms"),
        new("segment.ms", ConfigType.Long, "604800000", 1, BrokerName: "log.roll.ms"),
        new("unclean.leader.election.enable", ConfigType.Boolean, "false", BrokerName: "unclean.leader.election.enable"),
    ];

    private static readonly FrozenDictionary<string, ConfigDefinition> ByName = Definitions.ToFrozenDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary><c>min.insync.replicas</c>.</summary>
    public static ConfigDefinition MinInSyncReplicas { get; } = Find("min.insync.replicas")!;

    /// <summary>All, by name.</summary>
    public static IReadOnlyList<ConfigDefinition> All => Definitions;

    /// <summary>The definition of a name; null for a name that Kafka does not know.</summary>
    public static ConfigDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Why a setting is refused; null when it is fine.</summary>
    public static string? Refusal(string name, string value) =>
        Find(name) is { } definition ? definition.Refusal(value) : $"Unknown topic config name: {name}";
}
