using System.Collections.Frozen;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>What each config does on this broker, in a sentence: for DescribeConfigs with documentation. What one node cannot act on says so.</summary>
internal static class ConfigDocumentation
{
    private const string KeptOnly = "Kept and shown; this broker does not act on it.";

    private static readonly FrozenDictionary<string, string> Own = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["cleanup.policy"] = "What becomes of old records: delete takes segments past retention away, compact keeps the last record of each key; both may be given.",
        ["compression.gzip.level"] = KeptOnly,
        ["compression.lz4.level"] = KeptOnly,
        ["compression.type"] = "Kept and shown; batches stay as their producer compressed them.",
        ["compression.zstd.level"] = KeptOnly,
        ["delete.retention.ms"] = "How long a deletion of a compacted topic can still be read, in milliseconds after it was compacted.",
        ["file.delete.delay.ms"] = "How long the files of a segment that is gone stay on the disk, in milliseconds.",
        ["flush.messages"] = "After how many records a partition is synced to the disk.",
        ["flush.ms"] = "How long appended records may stay without a sync to the disk, in milliseconds.",
        ["follower.replication.throttled.replicas"] = KeptOnly,
        ["index.interval.bytes"] = "After how many bytes an offset gets an entry in the index of its segment.",
        ["leader.replication.throttled.replicas"] = KeptOnly,
        ["local.retention.bytes"] = KeptOnly,
        ["local.retention.ms"] = KeptOnly,
        ["max.compaction.lag.ms"] = "The longest time a record of a compacted topic stays out of compaction, in milliseconds.",
        ["max.message.bytes"] = "The largest batch of records that is taken, in bytes as it is sent.",
        ["message.timestamp.after.max.ms"] = "How far ahead of the broker's clock the time of a record may be, in milliseconds; for CreateTime only.",
        ["message.timestamp.before.max.ms"] = "How far behind the broker's clock the time of a record may be, in milliseconds; for CreateTime only.",
        ["message.timestamp.type"] = "Whose time a record has: CreateTime is the producer's, LogAppendTime that of the append.",
        ["min.cleanable.dirty.ratio"] = "Which part of a compacted log must be new before it is compacted again, from 0 to 1.",
        ["min.compaction.lag.ms"] = "How long a record stays out of compaction at least, in milliseconds.",
        ["min.insync.replicas"] = "How many replicas must have a record that is written with acks=all. This broker has one: it is kept and shown.",
        ["preallocate"] = KeptOnly,
        ["remote.log.copy.disable"] = KeptOnly,
        ["remote.log.delete.on.disable"] = KeptOnly,
        ["remote.storage.enable"] = KeptOnly,
        ["retention.bytes"] = "How large a partition may grow before its oldest segments go, in bytes; -1 for no bound. With cleanup.policy delete.",
        ["retention.ms"] = "How old the newest record of a segment may become before the segment goes, in milliseconds; -1 for ever. With cleanup.policy delete.",
        ["segment.bytes"] = "The size at which a segment is closed, in bytes. Retention and compaction leave the open one alone.",
        ["segment.index.bytes"] = KeptOnly,
        ["segment.jitter.ms"] = KeptOnly,
        ["segment.ms"] = "The age at which a segment is closed though it is not full, in milliseconds.",
        ["unclean.leader.election.enable"] = "Whether a replica that is behind may lead. This broker has one: it is kept and shown.",
        ["auto.create.topics.enable"] = "Whether asking for an unknown topic creates it.",
        ["broker.id"] = "The number of this node.",
        ["node.id"] = "The number of this node.",
        ["process.roles"] = "What this node is.",
        ["default.replication.factor"] = "Replicas of a topic that is created without a number.",
        ["num.partitions"] = "Partitions of a topic that is created without a number.",
        ["delete.topic.enable"] = "Whether topics can be deleted.",
        ["log.dirs"] = "Where the partitions lie.",
        ["sasl.enabled.mechanisms"] = "How clients can sign in.",
        ["offsets.topic.replication.factor"] = "Replicas of the topic of committed offsets.",
        ["transaction.state.log.replication.factor"] = "Replicas of the topic of transactions.",
        ["transaction.max.timeout.ms"] = "The longest time a transaction may ask for, in milliseconds.",
        ["group.min.session.timeout.ms"] = "The shortest session a group's member may ask for, in milliseconds.",
        ["group.max.session.timeout.ms"] = "The longest session a group's member may ask for, in milliseconds.",
        ["group.initial.rebalance.delay.ms"] = "How long an empty group waits for more members before its first round, in milliseconds.",
        ["offsets.retention.minutes"] = "How long committed offsets of a group without members are kept.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> OfBrokers = TopicConfigs.All.Where(d => d.BrokerName is not null)
        .ToFrozenDictionary(d => d.BrokerName!, d => Own[d.Name], StringComparer.Ordinal);

    /// <summary>What a config does; null for a name that this broker does not know.</summary>
    /// <param name="name">Its name as a topic's config or as a broker's.</param>
    public static string? Of(string name) => Own.GetValueOrDefault(name) ?? OfBrokers.GetValueOrDefault(name);
}
