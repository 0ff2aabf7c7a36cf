namespace Pioneer.Domain.Recovery;

/// <summary>
/// Carries from round to round what no single look can tell: when a partition grew, when a reader moved, since when something waits for it.
/// </summary>
public static class EvidenceClocks
{
    /// <summary>The brokers' part of a round with its clocks set by the round before.</summary>
    /// <param name="takenAt">When the round began.</param>
    public static ClusterEvidence Carried(ClusterEvidence seen, DateTimeOffset takenAt, EvidenceRound? before) => UndatedPlaces.Carried(
        seen with
        {
            Topics = [.. seen.Topics.Select(topic => Grown(topic, takenAt, before))],
            Groups = [.. seen.Groups.Select(group => Clocked(group, seen, takenAt, before))],
        },
        before);

    private static TopicEvidence Grown(TopicEvidence topic, DateTimeOffset takenAt, EvidenceRound? before) =>
        before?.Topic(topic.Name)?.TopicId != topic.TopicId ? topic
        : topic with
        {
            Partitions =
            [
                .. topic.Partitions.Select(partition => before.Partition(topic.Name, partition.Partition) is { } old
                    ? partition with { GrewAt = partition.End > old.End ? takenAt : old.GrewAt }
                    : partition),
            ],
        };

    private static GroupEvidence Clocked(GroupEvidence group, ClusterEvidence now, DateTimeOffset takenAt, EvidenceRound? before) => group with
    {
        IsFirstSight = before?.Group(group.Name)?.IsFirstSight ?? true,
        Committed =
        [
            .. group.Committed.Select(committed =>
            {
                var old = before?.Cluster?.PlaceOf(group.Name, committed.Topic, committed.Partition);
                return committed with
                {
                    UndeliveredSince = UndeliveredClock.Since(
                        committed.Offset,
                        now.Partition(committed.Topic, committed.Partition)?.LastStable,
                        takenAt,
                        old,
                        before?.Partition(committed.Topic, committed.Partition)?.LastStable,
                        before?.TakenAt),
                    MovedAt = old?.Offset == committed.Offset ? old.MovedAt ?? takenAt : takenAt,
                };
            }),
        ],
    };
}
