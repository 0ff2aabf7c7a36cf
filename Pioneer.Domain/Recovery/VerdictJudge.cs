using System.Collections.Immutable;

namespace Pioneer.Domain.Recovery;

/// <summary>Compares the evidence from before a failure with that from after it, and says who got everything. A missing probe never gives 'full'.</summary>
public static class VerdictJudge
{
    /// <summary>Judges one tenant's flow.</summary>
    /// <param name="before">The last complete round before the failure; null when there is none.</param>
    /// <param name="after">A round taken after recovery.</param>
    /// <param name="interrupted">Whether delivery stood still meanwhile.</param>
    public static TenantVerdict Judge(TenantFlow flow, EvidenceRound? before, EvidenceRound after, bool interrupted)
    {
        if (before?.Cluster is null || after.Cluster is null)
        {
            return new TenantVerdict(flow.Tenant, Verdict.Unknown, [], [], before?.Cluster is null
                ? "There is no evidence from before the failure to compare with."
                : "The brokers do not answer: nothing can be compared yet.");
        }

        var lost = ImmutableArray.CreateBuilder<LostRange>();
        ImmutableArray<VerdictTest> tests =
        [
            Identity(flow, before, after),
            Truncation(flow, before, after, lost),
            Expiry(flow, before, after, lost),
            Positions(flow, before, after),
            Sources(flow, after),
            Queries(flow, after),
            Drained(flow, before, after),
        ];
        return Conclude(flow, tests, lost.ToImmutable(), interrupted);
    }

    private static TenantVerdict Conclude(TenantFlow flow, ImmutableArray<VerdictTest> tests, ImmutableArray<LostRange> lost, bool interrupted)
    {
        var missing = tests.Where(test => test.Passed is null).ToArray();
        var failed = tests.Where(test => test.Passed == false).ToArray();
        var delivered = interrupted ? Verdict.FullLate : Verdict.Full;
        var (verdict, explanation) = (failed, missing, lost) switch
        {
            (_, _, { Length: > 0 }) => (Verdict.Lost, $"{Plural.Of(lost.Sum(range => range.To - range.From), "offset")} in {Plural.Of(lost.Length, "partition")} can no longer be read."),
            ({ Length: > 0 }, _, _) when failed.Any(test => test.Number == "T1") => (Verdict.ReseedNeeded, failed[0].Evidence),
            ({ Length: > 0 }, _, _) => (Verdict.Unknown, $"Not settled yet: {string.Join(" ", failed.Select(test => test.Evidence))}"),
            (_, { Length: > 0 }, _) => (Verdict.Unknown, $"Not observed: {string.Join(", ", missing.Select(test => test.Name))}."),
            _ when !flow.Readers.Any() => (delivered, "Nothing was lost from the tenant's topics. Nothing is subscribed, so nothing was to be delivered."),
            _ when !flow.RunningReaders.Any() => (delivered, "Nothing was lost: what was written waits for readers that stand still."),
            _ when interrupted => (Verdict.FullLate, $"Everything written before and during the failure was delivered, late.{Waiting(flow)}"),
            _ => (Verdict.Full, $"Everything was delivered; delivery was not interrupted.{Waiting(flow)}"),
        };
        return new TenantVerdict(flow.Tenant, verdict, tests, lost, explanation);
    }

    private static string Waiting(TenantFlow flow) => flow.Readers.Count(hop => !hop.IsWantedRunning) switch
    {
        0 => "",
        1 => " 1 reader stands still: what it has not read waits for it.",
        var standing => $" {standing} readers stand still: what they have not read waits for them.",
    };

    private static VerdictTest Identity(TenantFlow flow, EvidenceRound before, EvidenceRound after)
    {
        const string Name = "identity";
        if (before.Cluster!.ClusterId != after.Cluster!.ClusterId)
        {
            return new VerdictTest("T1", Name, false, $"The cluster was replaced: id {before.Cluster.ClusterId} became {after.Cluster.ClusterId}.");
        }

        foreach (var name in Topics(flow))
        {
            if (after.Topic(name) is not { } later)
            {
                return before.Topic(name) is null
                    ? new VerdictTest("T1", Name, null, $"Topic {name} was seen neither before nor after.")
                    : new VerdictTest("T1", Name, false, $"Topic {name} is gone.");
            }

            if (before.Topic(name) is { } earlier && earlier.TopicId != later.TopicId)
            {
                return new VerdictTest("T1", Name, false, $"Topic {name} was deleted and created again.");
            }
        }

        return new VerdictTest("T1", Name, true, "Cluster and topics are the same ones as before.");
    }

    /// <summary>
    /// A log that was cut ends before where it ended, until it is filled again: then only the end of the leader epoch from before shows the cut, and
    /// where that was not seen nothing is proven.
    /// </summary>
    private static VerdictTest Truncation(TenantFlow flow, EvidenceRound before, EvidenceRound after, ImmutableArray<LostRange>.Builder lost)
    {
        const string Name = "no truncation";
        var compared = 0;
        var found = lost.Count;
        string? unproven = null;
        foreach (var (topic, earlier, later) in Pairs(flow, before, after))
        {
            if (later is null)
            {
                return new VerdictTest("T2", Name, null, $"Partition {topic}-{earlier.Partition} was not seen again.");
            }

            compared++;
            var kept = Math.Min(later.KeptTo ?? long.MaxValue, later.End);
            if (kept < earlier.End)
            {
                lost.Add(new LostRange(topic, earlier.Partition, kept, earlier.End));
            }
            else if (later.KeptTo is null && earlier.End > 0)
            {
                unproven ??= $"{topic}-{earlier.Partition} ends where it ended, or further; without its leader epoch nothing tells whether it was cut and filled again.";
            }
        }

        return (lost.Count > found, unproven) switch
        {
            (true, _) => new VerdictTest("T2", Name, false, "Logs were cut: they no longer hold what they held."),
            (_, { } open) => new VerdictTest("T2", Name, null, open),
            _ => new VerdictTest("T2", Name, true, $"{Plural.Of(compared, "partition")} {(compared == 1 ? "holds" : "hold")} what was held before: none was cut."),
        };
    }

    /// <summary>
    /// A reader that has caught up since stands beyond what retention removed meanwhile, so its position from before the failure counts too:
    /// what lies between that and the first offset still held was read or lost, and nothing tells which.
    /// </summary>
    private static VerdictTest Expiry(TenantFlow flow, EvidenceRound before, EvidenceRound after, ImmutableArray<LostRange>.Builder lost)
    {
        var found = lost.Count;
        string? unproven = null;
        foreach (var hop in flow.Readers)
        {
            foreach (var earlier in CommittedOf(before, hop))
            {
                if (after.Partition(hop.Topic, earlier.Partition)?.Earliest > earlier.Offset)
                {
                    unproven = $"Retention removed records of {hop.Topic}-{earlier.Partition} from {earlier.Offset} on, where {hop.Reader} stood before: "
                        + "whether it had read them by then is not known.";
                }
            }

            foreach (var committed in CommittedOf(after, hop))
            {
                var earliest = after.Partition(hop.Topic, committed.Partition)?.Earliest;
                if (earliest > committed.Offset)
                {
                    lost.Add(new LostRange(hop.Topic, committed.Partition, committed.Offset, earliest.Value));
                }
            }
        }

        if (lost.Count > found)
        {
            return new VerdictTest("T3", "no expiry", false, "Retention deleted what readers had not received.");
        }

        return unproven is null
            ? new VerdictTest("T3", "no expiry", true, "Every reader's position is still held by the log.")
            : new VerdictTest("T3", "no expiry", null, unproven);
    }

    private static VerdictTest Positions(TenantFlow flow, EvidenceRound before, EvidenceRound after)
    {
        foreach (var hop in flow.Readers)
        {
            if (hop.IsWantedRunning && before.Group(hop.Group) is null && after.Group(hop.Group) is null
                && after.Topic(hop.Topic)?.Partitions.Any(partition => partition.LastStable > partition.Earliest) == true)
            {
                return new VerdictTest("T4", "positions alive", null, $"No position of {hop.Reader} in {hop.Topic} was ever seen.");
            }

            foreach (var earlier in CommittedOf(before, hop))
            {
                var later = after.Cluster!.PlaceOf(hop.Group, hop.Topic, earlier.Partition);
                if (later is null || later.Offset < earlier.Offset)
                {
                    return new VerdictTest("T4", "positions alive", false,
                        $"{hop.Reader} stands at {later?.Offset.ToString() ?? "no offset"} of {hop.Topic}-{earlier.Partition}, before it was {earlier.Offset}.");
                }
            }
        }

        return new VerdictTest("T4", "positions alive", true, "Every reader stands where it stood, or further.");
    }

    private static VerdictTest Sources(TenantFlow flow, EvidenceRound after)
    {
        var connectors = flow.Ingestions.ToArray();
        if (connectors.Length > 0 && after.Connectors is null)
        {
            return new VerdictTest("T5", "source alive", null, "Connect does not answer.");
        }

        foreach (var hop in connectors)
        {
            var seen = after.Connector(hop.Connector);
            if (seen is null || seen.IsFailed)
            {
                return new VerdictTest("T5", "source alive", false, $"Connector {hop.Connector} {(seen is null ? "is missing" : "has failed")}.");
            }
        }

        return new VerdictTest("T5", "source alive", true, "Every connector runs; polled tables keep their rows.");
    }

    private static VerdictTest Queries(TenantFlow flow, EvidenceRound after)
    {
        var readers = flow.RunningReaders.Select(hop => hop.Reader).ToHashSet(StringComparer.Ordinal);
        if (after.Queries is null)
        {
            return new VerdictTest("T6", "state whole", readers.Count == 0 ? true : null, "ksqlDB does not answer.");
        }

        if (flow.RunningReaders.FirstOrDefault(hop => after.QueriesSeenWith(hop.Service) is null) is { } unseen)
        {
            return new VerdictTest("T6", "state whole", null, $"The ksqlDB service '{unseen.Service}' does not answer.");
        }

        if (readers.FirstOrDefault(reader => after.Query(reader) is null) is { } missing)
        {
            return new VerdictTest("T6", "state whole", false, $"Query {missing} is missing.");
        }

        var broken = ServiceIndex.Of(after).FirstBroken(readers);
        return broken is null
            ? new VerdictTest("T6", "state whole", true, "Every query runs.")
            : new VerdictTest("T6", "state whole", false, $"Query {broken.QueryId} stands with an error.");
    }

    /// <summary>What was written before recovery must have passed every reader that had begun to read: positions at or beyond the old ends.</summary>
    private static VerdictTest Drained(TenantFlow flow, EvidenceRound before, EvidenceRound after)
    {
        foreach (var hop in flow.RunningReaders)
        {
            foreach (var committed in CommittedOf(after, hop))
            {
                var end = before.Partition(hop.Topic, committed.Partition)?.LastStable ?? 0;
                if (committed.Offset < end)
                {
                    return new VerdictTest("T8", "nothing skipped", false,
                        $"{hop.Reader} still has {end - committed.Offset} records of {hop.Topic}-{committed.Partition} to read.");
                }
            }
        }

        return new VerdictTest("T8", "nothing skipped", true, "Every reader has passed what was written before the failure.");
    }

    private static IEnumerable<string> Topics(TenantFlow flow) => flow.Hops.Select(hop => hop.Topic).Distinct(StringComparer.Ordinal);

    private static IEnumerable<(string Topic, PartitionEvidence Before, PartitionEvidence? After)> Pairs(
        TenantFlow flow, EvidenceRound before, EvidenceRound after) =>
        from name in Topics(flow)
        from earlier in before.Topic(name)?.Partitions ?? []
        select (name, earlier, after.Partition(name, earlier.Partition));

    private static ImmutableArray<CommittedEvidence> CommittedOf(EvidenceRound round, FlowHop.Reading hop) => round.PlacesOf(hop.Group, hop.Topic);
}
