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
        Committed =
        [
            .. group.Committed.Select(committed =>
            {
                var old = before?.Cluster?.PlaceOf(group.Name, committed.Topic, committed.Partition);
                var log = now.Partition(committed.Topic, committed.Partition);
                var logBefore = before?.Partition(committed.Topic, committed.Partition);
                var since = UndeliveredClock.Since(committed.Offset, log?.LastStable, takenAt, old, logBefore?.LastStable, before?.TakenAt);
                return committed with
                {
                    UndeliveredSince = since,
                    ClockHoldsFrom = since is null ? null : UndeliveredClock.HoldsFrom(since.Value, log?.End, old, logBefore?.End),
                    MovedAt = old?.Offset == committed.Offset ? old.MovedAt ?? takenAt : takenAt,
                };
            }),
        ],
    };
}
