using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Topics;

/// <summary>A topic of a tenant in a list. What brokers did not tell is null.</summary>
/// <param name="InSync">Replicas in sync of the partition that has fewest.</param>
/// <param name="RecordsAtMost">Offsets between start and end of all partitions: compaction and transactions leave gaps.</param>
/// <param name="Bytes">Size of one copy of it.</param>
/// <param name="RetentionMs">-1 for ever; null where it is not told.</param>
public sealed record TopicRow(
    string Name, TopicKind? Kind, int Partitions, int Replicas, int InSync, long? RecordsAtMost, long? Bytes, string? CleanupPolicy, long? RetentionMs);

/// <summary>The topics of a tenant, and in sentences what was not observed.</summary>
public sealed record TopicList(ImmutableArray<TopicRow> Topics, DateTimeOffset ObservedAt, ImmutableArray<string> NotObserved);

/// <summary>One partition. What brokers did not tell is null.</summary>
/// <param name="Leader">Id of the broker that reads and writes go through; null where there is none.</param>
/// <param name="Start">Offset of the first record that is held.</param>
/// <param name="End">Offset that the next committed record gets.</param>
/// <param name="Bytes">Size of the leader's replica on its disk.</param>
/// <param name="NotObserved">Why offsets are not known.</param>
public sealed record PartitionRow(
    int Partition, int? Leader, ImmutableArray<int> Replicas, ImmutableArray<int> InSync, long? Start, long? End, long? Bytes, string? NotObserved)
{
    /// <summary>At most so many records: compaction and transactions leave gaps.</summary>
    public long? RecordsAtMost => End - Start;
}

/// <summary>One setting of a topic.</summary>
/// <param name="IsSet">Whether it was set for this topic; otherwise it is the cluster's default.</param>
public sealed record TopicSetting(string Name, string Value, bool IsSet);

/// <summary>What writes to or reads from a topic.</summary>
/// <param name="Kind"><c>feed</c>, <c>subscription</c>, <c>seed</c> or <c>group</c>.</param>
/// <param name="Lag">Records at most that a reader has not read yet; null where its position is not known, and for writers.</param>
public sealed record TopicUser(string Kind, string Name, long? Lag);

/// <summary>A topic on its own page.</summary>
/// <param name="Settings">By name; empty when they were not told.</param>
/// <param name="NotObserved">In sentences what brokers did not tell.</param>
public sealed record TopicDetail(
    TopicRow Topic, string TopicId, ImmutableArray<PartitionRow> Partitions, ImmutableArray<TopicSetting> Settings, ImmutableArray<TopicUser> WrittenBy,
    ImmutableArray<TopicUser> ReadBy, DateTimeOffset ObservedAt, ImmutableArray<string> NotObserved);
