using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Recovery;

/// <summary>The playbooks of this release, built from a few steps that wait, restart and drain.</summary>
public sealed class PlaybookCatalogue(
    KafkaAdmin admin, ConnectClient connect, KsqlDbClient ksql, PlatformWatch watch, PlatformPicture picture, LostRights rights, TimeProvider time)
{
    private const int ShownNames = 20;

    /// <summary>Times that one connector is restarted while a run waits for it: what fails again after that has another cause.</summary>
    private const int MaxRestarts = 3;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300), ProbeTimeout = TimeSpan.FromSeconds(1.5), BetweenRestarts = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(1), Long = TimeSpan.FromMinutes(30);

    /// <summary>The playbook against the scenario; null when there is none.</summary>
    public Playbook? Find(string scenario) => scenario switch
    {
        "S01" => new Playbook(Scenario.ClusterUnavailable,
            [RecordEvidence(), AwaitBrokers(), PutBackRights(), RestartFailedTasks(), AwaitQueries(), AwaitTasks(), Drain()]),
        "S10" => new Playbook(Scenario.ConnectorFailed, [RecordEvidence(), RestartFailedTasks(), AwaitTasks(), AwaitQueries(), Drain()]),
        "S09" => new Playbook(Scenario.ConnectUnavailable, [RecordEvidence(), AwaitOver(), RestartFailedTasks(), AwaitTasks(), AwaitQueries(), Drain()]),
        // what retention deleted does not come back: the rest is delivered, and the verdict says who must be seeded
        "S23" => new Playbook(Scenario.RetentionPassed, [RecordEvidence(), AwaitQueries(), Drain()]),
        _ => Scenario.Find(scenario) is { } known ? new Playbook(known, [RecordEvidence(), AwaitOver(), AwaitQueries(), Drain()]) : null,
    };

    /// <summary>What a person has to mend stands in the incident; this waits until rounds of evidence no longer find it.</summary>
    private PlaybookStepDefinition AwaitOver() => new("Wait until it is mended", Long, async (context, ct) =>
    {
        var start = time.GetUtcNow();
        while (picture.Findings.Any(finding => finding.Key == (context.Run.Scenario, context.Run.Subject)) || picture.Round is null || picture.Round.TakenAt < start)
        {
            await Task.Delay(Between, time, ct);
        }

        return new StepOutcome(true, "The last round of evidence no longer finds it.");
    });

    private static PlaybookStepDefinition RecordEvidence() => new("Record the evidence from before", Short, (context, _) => Task.FromResult(
        new StepOutcome(true, context.Before is null
            ? "No evidence from before the failure: the verdict will be 'unknown'."
            : $"Evidence of {context.Before.TakenAt:yyyy-MM-dd HH:mm:ss} UTC is kept: {Plural.Of(context.Before.Cluster!.Topics.Length, "topic")}, "
                + $"{Plural.Of(context.Before.Cluster.Groups.Length, "group")}.")));

    private PlaybookStepDefinition AwaitBrokers() => new("Wait for the brokers", Long, async (_, ct) =>
    {
        var start = time.GetTimestamp();
        while (!await admin.IsAnsweringAsync(ProbeTimeout, ct))
        {
            await Task.Delay(Between, time, ct);
        }

        return new StepOutcome(true, $"Brokers answer after {Durations.Words(time.GetElapsedTime(start))}.");
    });

    /// <summary>Before anything is waited for that must sign in. A broker that is not back yet cannot be asked: the look is taken again.</summary>
    private PlaybookStepDefinition PutBackRights() => new("Put back users and rights that the brokers lost", Long, async (_, ct) =>
    {
        var (users, granted) = (0, 0);
        while (true)
        {
            var put = await rights.PutBackAsync(ct);
            (users, granted) = (users + put.Users, granted + put.Rights);
            if (put.Failure is null)
            {
                return PutBack(users, granted, put.NotKept);
            }

            if (put.Failure.Kind is not ErrorKind.Unavailable)
            {
                return new StepOutcome(false, put.Failure.ToText());
            }

            await Task.Delay(Between, time, ct);
        }
    });

    private static StepOutcome PutBack(int users, int granted, IReadOnlyList<string> notKept)
    {
        var done = users + granted == 0 ? "The brokers know every user and every right that they should." : $"Put back {Plural.Of(users, "user")} and {Plural.Of(granted, "right")}.";
        return notKept.Count == 0
            ? new StepOutcome(true, done)
            : new StepOutcome(true, $"{done} {Plural.Of(notKept.Count, "credential")} cannot be put back, as their passwords are not kept; they must be rotated: {Listed(notKept)}.")
            {
                Shared = $"{done} Credentials that their plan names must be rotated.",
            };
    }

    private PlaybookStepDefinition RestartFailedTasks() => new("Restart only what failed", Short, async (context, ct) =>
    {
        var failed = (await connect.ListAsync(ct)).Where(connector =>
            IsConcerned(context, connector.Name) && IsFailed(connector) && !HasCauseOfItsOwn(context, connector)).ToList();
        foreach (var connector in failed)
        {
            await connect.RestartAsync(connector.Name, onlyFailed: true, ct);
        }

        return Restarted(failed.ConvertAll(connector => connector.Name));
    });

    internal static StepOutcome Restarted(IReadOnlyList<string> connectors)
    {
        if (connectors.Count == 0)
        {
            return new StepOutcome(true, "No task had failed.");
        }

        return new StepOutcome(true, $"Restarted {Listed(connectors)}.")
        {
            Shared = $"Restarted {Plural.Of(connectors.Count, "connector")}.",
        };
    }

    private static string Listed(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(ShownNames)) + (names.Count > ShownNames ? $" and {names.Count - ShownNames} more" : "");

    /// <summary>Brokers come back one after the other, so a task may run at first and fail then; a pause for a person would only delay its restart.</summary>
    private PlaybookStepDefinition AwaitTasks() => new("Wait until every task runs", Short, async (context, ct) =>
    {
        var restarts = new Dictionary<string, (int Count, DateTimeOffset Last)>(StringComparer.Ordinal);
        while (true)
        {
            var all = (await connect.ListAsync(ct)).Where(connector => IsConcerned(context, connector.Name)).ToList();
            var connectors = all.FindAll(connector => !HasCauseOfItsOwn(context, connector));
            foreach (var failed in connectors.Where(connector => IsFailed(connector) && !IsLasting(connector)))
            {
                var (count, last) = restarts.GetValueOrDefault(failed.Name);
                if (count < MaxRestarts && time.GetUtcNow() - last >= BetweenRestarts)
                {
                    await connect.RestartAsync(failed.Name, onlyFailed: true, ct);
                    restarts[failed.Name] = (count + 1, time.GetUtcNow());
                }
            }

            if (!connectors.Exists(connector => IsFailed(connector) || connector.Status.State is "RESTARTING" or "UNASSIGNED"))
            {
                var others = all.Count - connectors.Count;
                return new StepOutcome(true, $"{Plural.Of(connectors.Count, "connector runs or is", "connectors run or are")} paused on purpose."
                    + (others == 0 ? "" : $" {Plural.Of(others, "other fails", "others fail")} for a reason of {(others == 1 ? "its" : "their")} own and {(others == 1 ? "is" : "are")} left alone."));
            }

            await Task.Delay(Between, time, ct);
        }
    });

    private PlaybookStepDefinition AwaitQueries() => new("Wait until every query runs", Long, async (context, ct) =>
    {
        var wanted = context.Tenants.SelectMany(tenant => tenant.Flow.RunningReaders.Select(hop => (tenant.ServiceId, hop.Reader))).ToList();
        while (true)
        {
            var lists = await Task.WhenAll(wanted.Select(query => query.ServiceId).Distinct(StringComparer.Ordinal)
                .Select(async service => (service, queries: await ksql.ListQueriesAsync(service, ct))));
            var waiting = wanted.Where(query => !lists.Any(list => list.service == query.ServiceId
                && list.queries.Any(found => found.Id == query.Reader && found.State is "RUNNING" or "PAUSED"))).ToList();
            if (waiting.Count == 0)
            {
                return new StepOutcome(true, $"{Plural.Of(wanted.Count, "query runs", "queries run")}.");
            }

            await Task.Delay(Between, time, ct);
        }
    });

    /// <summary>Everything that was in topics when this step began must have passed every query: only then can delivery be called whole.</summary>
    private PlaybookStepDefinition Drain() => new("Drain what waited", Long, async (context, ct) =>
    {
        var start = time.GetTimestamp();
        var target = await watch.TakeRoundAsync(ct);
        var round = target;
        while (true)
        {
            var behind = context.Tenants.SelectMany(tenant => tenant.Flow.RunningReaders).Sum(hop => Behind(hop, target, round));
            if (round.Cluster is not null && behind == 0)
            {
                return new StepOutcome(true, $"Every query has passed what was written; drained in {Durations.Words(time.GetElapsedTime(start))}.");
            }

            await Task.Delay(Between, time, ct);
            round = await watch.TakeRoundAsync(ct, keep: false);
            target = target.Cluster is null ? round : target;
        }
    });

    private static long Behind(FlowHop.Reading hop, EvidenceRound target, EvidenceRound now) =>
        now.PlacesOf(hop.Group, hop.Topic).Sum(committed => Math.Max(0, (target.Partition(hop.Topic, committed.Partition)?.LastStable ?? 0) - committed.Offset));

    private static bool IsConcerned(PlaybookContext context, string connector) =>
        context.Run.Scenario != Scenario.ConnectorFailed.Number || context.Run.Subject == connector;

    /// <summary>Failed before what the run is against, or by what a restart brings back: its own incident is about it, and no other one waits for it.</summary>
    private static bool HasCauseOfItsOwn(PlaybookContext context, Connector connector) =>
        context.Run.Scenario != Scenario.ConnectorFailed.Number && IsFailed(connector)
        && (IsLasting(connector) || context.Before?.Connectors?.Any(before => before.Name == connector.Name && before.IsFailed) == true);

    private static bool IsLasting(Connector connector) => ConnectorFailure.LastingCause(connector.Status.FailureTrace) is not null;

    private static bool IsFailed(Connector connector) =>
        connector.Status.State == "FAILED" || connector.Status.Tasks.Any(task => task.State == "FAILED");
}
