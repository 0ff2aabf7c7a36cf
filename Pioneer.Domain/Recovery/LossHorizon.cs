namespace Pioneer.Domain.Recovery;

/// <summary>How long it takes until retention deletes what a tenant has not received.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="Hop">The hop with the shortest time.</param>
/// <param name="Left">Time left from the moment asked for; zero when loss may have begun.</param>
/// <param name="Undelivered">Records between committed and end on that hop, control records included; what was lost where records were.</param>
/// <param name="Kind">Whether a clock is running, none is, or the evidence for it is missing.</param>
/// <param name="Reason">Why nothing can be said, or what was lost; empty otherwise.</param>
public sealed record LossHorizon(string Tenant, string Hop, TimeSpan? Left, long Undelivered, LossHorizonKind Kind, string Reason = "")
{
    /// <summary>
    /// Whether records may go before <see cref="Left"/> is over: the topic is limited by size as well, whose clock nobody can read, the oldest
    /// record was undelivered already when it was first seen, or nobody told what time it bears.
    /// </summary>
    public bool IsAtMost { get; init; }

    /// <summary>
    /// Whether it rests on the time that records bear, which retention counts from, and not only on that of their writing: a record that is
    /// dated back goes before one of its age.
    /// </summary>
    public bool IsByRecordTime { get; init; }

    /// <summary>
    /// The smallest horizon over a tenant's hops, of readers that run, stand paused or failed alike. It goes on counting from the last evidence while the
    /// cluster is down: that is when it matters. A broker deletes a segment when its newest record is older than the retention, so the oldest
    /// undelivered record is safe for at least that long: from the time that it bears where the brokers told it, which they are asked of
    /// readers that stand and, some in each round, of those that lag and move, and else at most from that of its writing.
    /// </summary>
    public static LossHorizon Of(TenantFlow flow, EvidenceRound evidence, DateTimeOffset now)
    {
        if (evidence.Cluster is null)
        {
            return new LossHorizon(flow.Tenant, "", null, 0, LossHorizonKind.NotObserved, "No broker was seen.");
        }

        LossHorizon? shortest = null;
        foreach (var hop in flow.Readers)
        {
            var horizon = OfHop(flow.Tenant, hop, evidence, now);
            if (horizon is not null && (shortest is null || Order(horizon) < Order(shortest)))
            {
                shortest = horizon;
            }
        }

        var nothing = flow.Readers.Any() ? LossHorizonKind.NothingUndelivered : LossHorizonKind.NobodyReads;
        return shortest ?? new LossHorizon(flow.Tenant, "", null, 0, nothing);
    }

    private static LossHorizon? OfHop(string tenant, FlowHop.Reading hop, EvidenceRound evidence, DateTimeOffset now)
    {
        LossHorizon NotObserved(string reason) => new(tenant, hop.Name, null, 0, LossHorizonKind.NotObserved, reason);
        if (evidence.Topic(hop.Topic) is not { } topic)
        {
            return NotObserved($"Topic {hop.Topic} was not seen.");
        }

        if (evidence.PositionsOf(hop) is not { } group)
        {
            // a group that never committed reads from the end of the topic: it has no undelivered past
            return evidence.Cluster!.UnseenOf(hop.Group) is { } unseen ? NotObserved(unseen.Reason) : null;
        }

        var (undelivered, lost) = (0L, 0L);
        DateTimeOffset? since = null, unseenSince = null;
        var (isDated, isWhole) = (true, true);
        foreach (var committed in evidence.PlacesOf(group.Name, hop.Topic))
        {
            var partition = evidence.Partition(hop.Topic, committed.Partition);
            lost += partition is null ? 0 : Math.Max(0, partition.Earliest - committed.Offset);
            if (committed.UndeliveredSince is not { } from)
            {
                continue;
            }

            from = committed.DatedAt ?? from;
            isWhole &= committed.DatedAt is not null || committed.IsClockWhole;
            if (partition is null)
            {
                unseenSince = Earlier(unseenSince, from);
                continue;
            }

            undelivered += Math.Max(0, partition.LastStable - committed.Offset);
            isDated &= committed.DatedAt is not null;
            since = Earlier(since, from);
        }

        if (lost > 0)
        {
            return new LossHorizon(tenant, hop.Name, TimeSpan.Zero, lost, LossHorizonKind.Lost,
                $"Retention deleted {Plural.Of(lost, "record")} of {hop.Topic} that {hop.Reader} had not read.");
        }

        if (since is not { } oldest)
        {
            return evidence.Cluster!.UnseenPartitionOf(hop.Topic) is { } unseen ? NotObserved(unseen.Reason) : null;
        }

        // what nobody serves goes on ageing from where it was last seen; more may have been lost of it since
        var isUnseenFirst = unseenSince < oldest;
        oldest = Earlier(unseenSince, oldest);
        if (topic.RetentionMs < 0 && topic.RetentionBytes < 0)
        {
            return new LossHorizon(tenant, hop.Name, null, undelivered, LossHorizonKind.KeptForever);
        }

        var left = topic.RetentionMs < 0 ? (TimeSpan?)null : oldest.AddMilliseconds(topic.RetentionMs) - now;
        return new LossHorizon(tenant, hop.Name, left is { } time && time < TimeSpan.Zero ? TimeSpan.Zero : left, undelivered, LossHorizonKind.Running)
        {
            IsAtMost = isUnseenFirst || topic.RetentionBytes >= 0 || !isWhole || (!isDated && !topic.IsDatedByBrokers),
            IsByRecordTime = isDated || topic.IsDatedByBrokers,
        };
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;

    private static TimeSpan Order(LossHorizon horizon) => horizon.Kind switch
    {
        LossHorizonKind.Lost => TimeSpan.MinValue,
        LossHorizonKind.NotObserved => TimeSpan.MinValue + TimeSpan.FromTicks(1),
        LossHorizonKind.Running => horizon.Left ?? TimeSpan.MaxValue,
        _ => TimeSpan.MaxValue,
    };
}

/// <summary>What a loss horizon rests on.</summary>
public enum LossHorizonKind
{
    /// <summary>Everything written has been received: no clock runs.</summary>
    NothingUndelivered,

    /// <summary>Something is undelivered and retention will delete it.</summary>
    Running,

    /// <summary>Something is undelivered, in a topic without a limit.</summary>
    KeptForever,

    /// <summary>A probe is missing; nothing can be said.</summary>
    NotObserved,

    /// <summary>The tenant has no reader: it receives nothing, and nothing is kept for it beyond its topics.</summary>
    NobodyReads,

    /// <summary>Retention deleted what a reader had not read.</summary>
    Lost,
}
