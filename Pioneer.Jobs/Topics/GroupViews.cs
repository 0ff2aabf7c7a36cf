using System.Collections.Immutable;

namespace Pioneer.Jobs.Topics;

/// <summary>A consumer group of a tenant in a list. What brokers did not tell is null.</summary>
/// <param name="State">As brokers word it, such as <c>Stable</c> or <c>Empty</c>.</param>
/// <param name="Type"><c>classic</c> or <c>consumer</c> (KIP-848).</param>
/// <param name="Topics">Topics of the tenant in which it has positions.</param>
/// <param name="Lag">Records at most between its positions and the ends of those topics.</param>
/// <param name="NotObserved">In sentences what was not told of it.</param>
public sealed record GroupRow(
    string Name, string? State, string? Type, int? Members, ImmutableArray<string> Topics, long? Lag, ImmutableArray<string> NotObserved);

/// <summary>A page of the groups of a tenant.</summary>
/// <param name="Total">Groups on all pages.</param>
public sealed record GroupList(ImmutableArray<GroupRow> Groups, int Total, DateTimeOffset ObservedAt, ImmutableArray<string> NotObserved);

/// <summary>A partition of a topic.</summary>
public sealed record PartitionName(string Topic, int Partition);

/// <summary>A member of a group.</summary>
/// <param name="InstanceId">Of a static member (KIP-345).</param>
/// <param name="Partitions">Partitions of the tenant's topics that are assigned to it; null when they were not told.</param>
public sealed record GroupMemberRow(string Id, string? InstanceId, string ClientId, string Host, ImmutableArray<PartitionName>? Partitions);

/// <summary>How far a group is in one partition. What is not known is null.</summary>
/// <param name="Committed">Offset of the next record that it reads.</param>
/// <param name="Start">First offset that is held.</param>
/// <param name="End">Offset of the next record to be written.</param>
/// <param name="Member">Client id of the member that the partition is assigned to.</param>
public sealed record GroupPartitionRow(string Topic, int Partition, long? Committed, long? Start, long? End, string? Member)
{
    /// <summary>Time of the oldest record that is still to be read; null where there is none or it did not come at once. Told on a group's own page only.</summary>
    public DateTimeOffset? OldestUnreadAt { get; init; }

    /// <summary>Records at most that are still to be read.</summary>
    public long? Lag => Committed is { } committed && End is { } end ? Math.Max(end - Math.Max(committed, Start ?? 0), 0) : null;

    /// <summary>Offsets that retention deleted before the group read them.</summary>
    public long? Lost => Committed is { } committed && Start is { } start ? Math.Max(start - committed, 0) : null;
}

/// <summary>A group on its own page.</summary>
/// <param name="Members">Null when they were not told: the group's <see cref="GroupRow.NotObserved"/> says why.</param>
public sealed record GroupDetail(
    GroupRow Group, ImmutableArray<GroupMemberRow>? Members, ImmutableArray<GroupPartitionRow> Partitions, DateTimeOffset ObservedAt);
