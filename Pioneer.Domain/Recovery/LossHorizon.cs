namespace Pioneer.Domain.Recovery;

/// <summary>How long it takes until retention deletes what a tenant has not received.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="Hop">The hop with the shortest time.</param>
/// <param name="Left">Time left from the moment asked for; zero when loss may have begun.</param>
/// <param name="Undelivered">Records between committed and end on that hop, control records included.</param>
/// <param name="Kind">Whether a clock is running, none is, or the evidence for it is missing.</param>
public sealed record LossHorizon(string Tenant, string Hop, TimeSpan? Left, long Undelivered, LossHorizonKind Kind)
{
    /// <summary>
    /// The smallest horizon over a tenant's hops. It goes on counting from the last evidence while the cluster is down: that is when it matters.
    /// A broker deletes a segment when its newest record is older than the retention, so the oldest undelivered record is safe for at least that long.
    /// </summary>
    public static LossHorizon Of(TenantFlow flow, EvidenceRound evidence, DateTimeOffset now)
    {
        if (evidence.Cluster is null)
        {
            return new LossHorizon(flow.Tenant, "", null, 0, LossHorizonKind.NotObserved);
        }

        LossHorizon? shortest = null;
        foreach (var hop in flow.Hops.OfType<FlowHop.Reading>())
        {
            var horizon = OfHop(flow.Tenant, hop, evidence, now);
            if (horizon is not null && (shortest is null || Order(horizon) < Order(shortest)))
            {
                shortest = horizon;
            }
        }

        return shortest ?? new LossHorizon(flow.Tenant, "", null, 0, LossHorizonKind.NothingUndelivered);
    }

    private static LossHorizon? OfHop(string tenant, FlowHop.Reading hop, EvidenceRound evidence, DateTimeOffset now)
    {
        var topic = evidence.Topic(hop.Topic);
        var group = evidence.Group(hop.Group);
        if (topic is null || group is null)
        {
            // a group that never committed reads from the end of the topic: it has no undelivered past
            return topic is null ? new LossHorizon(tenant, hop.Name, null, 0, LossHorizonKind.NotObserved) : null;
        }

        var undelivered = 0L;
        DateTimeOffset? since = null;
        foreach (var committed in group.Committed.Where(committed => committed.Topic == hop.Topic))
        {
            var partition = topic.Partitions.FirstOrDefault(partition => partition.Partition == committed.Partition);
            if (partition is null || committed.UndeliveredSince is not { } from)
            {
                continue;
            }

            undelivered += Math.Max(0, partition.LastStable - committed.Offset);
            since = since is null || from < since ? from : since;
        }

        if (since is null)
        {
            return null;
        }

        if (topic.RetentionMs < 0)
        {
            return new LossHorizon(tenant, hop.Name, null, undelivered, LossHorizonKind.KeptForever);
        }

        var left = since.Value.AddMilliseconds(topic.RetentionMs) - now;
        return new LossHorizon(tenant, hop.Name, left > TimeSpan.Zero ? left : TimeSpan.Zero, undelivered, LossHorizonKind.Running);
    }

    private static TimeSpan Order(LossHorizon horizon) => horizon.Kind switch
    {
        LossHorizonKind.NotObserved => TimeSpan.MinValue,
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

    /// <summary>Something is undelivered, in a topic without a time limit.</summary>
    KeptForever,

    /// <summary>A probe is missing; nothing can be said.</summary>
    NotObserved,
}
