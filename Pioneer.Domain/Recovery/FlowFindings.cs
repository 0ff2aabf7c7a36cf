namespace Pioneer.Domain.Recovery;

/// <summary>Compares one tenant's ways with what was seen, and says what of them does not move. Says nothing of what was not seen.</summary>
public static class FlowFindings
{
    /// <summary>A reader that has not taken what was written this long ago stands still.</summary>
    public static readonly TimeSpan StandingAfter = TimeSpan.FromMinutes(1);

    /// <summary>A connector whose source has not answered it for this long, beyond the time that it waits by itself, has lost it.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromMinutes(1);

    /// <summary>
    /// An answer that is waited for this long is told. It is no incident before it has lasted: many a query of a busy source takes some seconds.
    /// </summary>
    public static readonly TimeSpan ToldSilentAfter = TimeSpan.FromSeconds(8);

    /// <summary>A row that was left out is shown as a finding for this long; how many there were since the start stands with the connector.</summary>
    public static readonly TimeSpan ShowsLeftOutFor = TimeSpan.FromDays(1);

    /// <summary>What is wrong on the tenant's ways.</summary>
    /// <param name="evidence">The last round; its cluster part may be older than its others, never younger.</param>
    /// <param name="connectors">As they were seen last; null when Connect did not answer.</param>
    public static IEnumerable<Finding> Of(TenantFlow flow, EvidenceRound evidence, IReadOnlyDictionary<string, ConnectorEvidence>? connectors, DateTimeOffset now) =>
    [
        .. flow.Hops.Where(hop => hop.Stopped is null).DistinctBy(hop => hop.Topic).SelectMany(hop => OfTopic(flow.Tenant, hop.Topic, evidence)),
        .. connectors is null ? [] : flow.Ingestions.SelectMany(hop => OfConnector(flow.Tenant, hop, connectors, now).Concat(OfRows(flow.Tenant, hop, connectors, now))),
        .. flow.Readers.SelectMany(hop => OfReader(flow.Tenant, hop, evidence, now)),
        .. flow.Readers.SelectMany(hop => OfResults(flow.Tenant, hop, evidence, now)),
    ];

    private static IEnumerable<Finding> OfTopic(string tenant, string topic, EvidenceRound evidence)
    {
        if (evidence.Cluster is { } cluster && evidence.Topic(topic) is null && cluster.UnseenOf(topic) is null)
        {
            yield return new Finding(Scenario.TopicMissing, topic, $"Topic {topic} is missing", "The brokers do not have it, though it is wanted.", [tenant]);
        }
    }

    private static IEnumerable<Finding> OfConnector(
        string tenant, FlowHop.Ingestion hop, IReadOnlyDictionary<string, ConnectorEvidence> connectors, DateTimeOffset now)
    {
        var fault = (connectors.GetValueOrDefault(hop.Connector), hop.Stopped) switch
        {
            (null, _) => ("is missing", "Kafka Connect does not have it, though it is wanted."),
            ({ IsFailed: true }, _) => null as (string, string)?, // told by its own scenario
            ({ State: "PAUSED" or "STOPPED" }, null) => ("stands still", "It was paused in Kafka Connect itself, not by Pioneer."),
            ({ State: "UNASSIGNED" or "RESTARTING" } standing, null) => ("does not run", $"Its state is {standing.State}: no worker has taken it."),
            ({ Tasks.IsEmpty: true }, null) => ("has no task", "It runs without a task that would read anything."),
            ({ } running, null) when running.Tasks.Any(task => task.State is "UNASSIGNED") => ("does not run", "No worker has taken its task."),
            _ => null,
        };
        if (fault is var (what, reason))
        {
            yield return new Finding(Scenario.ConnectorMissing, hop.Connector, $"Connector {hop.Connector} {what}", reason, [tenant]);
        }
        else if (SilentSince(hop, connectors.GetValueOrDefault(hop.Connector), now) is { } since)
        {
            var progress = connectors[hop.Connector].Progress!;
            var answered = progress.SourceReachedAt is { } at ? $"answered it last at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "has not answered it since its start";
            yield return new Finding(
                Scenario.ConnectorMissing, hop.Connector, $"Connector {hop.Connector} gets no answer from its source",
                $"It runs, and its source {answered}.{progress.ErrorText()}",
                [tenant])
            {
                Since = since,
                IsSilence = true,
                IsToldAtOnce = progress.WaitsSince is not null,
            };
        }
    }

    /// <summary>
    /// Since when the source of a connector that says it runs owes it an answer; null where it does not. What is waited for now is told soon, what
    /// has not come for long whether or not the worker says that it waits. A batch reads a whole table, and its run tells how it goes.
    /// </summary>
    private static DateTimeOffset? SilentSince(FlowHop.Ingestion hop, ConnectorEvidence? connector, DateTimeOffset now)
    {
        if (hop is not { Stopped: null, AsksEvery: { } every } || connector is not { State: "RUNNING", IsFailed: false, Progress: { } progress })
        {
            return null;
        }

        var answered = progress.SourceReachedAt ?? progress.StartedAt;
        return progress.WaitsSince is { } waits ? now - waits >= ToldAfter(hop.QueryLimit, progress) ? waits : null
            : now - answered >= SilentAfter + every ? answered
            : null;
    }

    /// <summary>How long an answer may be waited for before that is told: what a feed says that its query may take is no fault, unless a try of it has failed.</summary>
    public static TimeSpan ToldAfter(TimeSpan? queryLimit, ConnectorProgress progress) =>
        queryLimit is { } limit && limit > ToldSilentAfter && !(progress.LastErrorAt >= progress.WaitsSince) ? limit : ToldSilentAfter;

    private static IEnumerable<Finding> OfRows(
        string tenant, FlowHop.Ingestion hop, IReadOnlyDictionary<string, ConnectorEvidence> connectors, DateTimeOffset now) =>
        connectors.GetValueOrDefault(hop.Connector)?.Skipped is { Count: > 0, LastAt: { } last } skipped && now - last < ShowsLeftOutFor
            ? [new Finding(Scenario.RowsLeftOut, hop.Connector, $"{Plural.Of(skipped.Count, "row")} of {hop.Connector} left out", skipped.ToText(), [tenant])]
            : [];

    private static IEnumerable<Finding> OfResults(string tenant, FlowHop.Reading hop, EvidenceRound evidence, DateTimeOffset now)
    {
        var query = evidence.Query(hop.Reader);
        var skipped = query?.Skipped is { Count: > 0, LastAt: { } left } && now - left < ShowsLeftOutFor ? query.Skipped : null;
        var failed = query?.FailedValues is { Count: > 0, LastAt: { } last } && now - last < ShowsLeftOutFor ? query.FailedValues : null;
        var values = failed is null ? "" : $"{Plural.Of(failed.Count, "value")} of {hop.Reader} {Plural.Noun(failed.Count, "is", "are")} NULL because {Plural.Noun(failed.Count, "it", "they")} could not be computed";
        return (skipped, failed) switch
        {
            ({ }, _) => [new Finding(Scenario.RecordsLeftOut, hop.Reader, $"{Plural.Of(skipped.Count, "row")} left out by {hop.Reader}",
                failed is null ? skipped.ToText() : $"{skipped.ToText()}. {failed.ToText()}", [tenant]) { Service = hop.Service }],
            (null, { }) => [new Finding(Scenario.ValuesFailed, hop.Reader, values, failed.ToText(), [tenant]) { Service = hop.Service }],
            _ => [],
        };
    }

    private static IEnumerable<Finding> OfReader(string tenant, FlowHop.Reading hop, EvidenceRound evidence, DateTimeOffset now)
    {
        var horizon = LossHorizon.Of(new TenantFlow(tenant, [hop]), evidence, now);
        if (horizon.Kind is LossHorizonKind.Lost)
        {
            yield return new Finding(Scenario.RetentionPassed, hop.Reader, $"{hop.Reader}: {Plural.Of(horizon.Undelivered, "record")} lost", horizon.Reason, [tenant]);
        }

        var fault = hop switch
        {
            { Failure: { } failure } => ("could not be deployed", failure),
            { IsWantedRunning: true } when evidence.QueriesSeenWith(hop.Service) is not null => OfQuery(hop, evidence.Query(hop.Reader)),
            _ => null as (string, string)?,
        };
        fault ??= hop.IsWantedRunning ? Standing(hop, evidence) : null;
        if (fault is var (what, reason))
        {
            yield return new Finding(Scenario.QueryStands, hop.Reader, $"Query {hop.Reader} {what}", reason, [tenant]) { Service = hop.Service };
        }
    }

    private static (string What, string Reason)? OfQuery(FlowHop.Reading hop, QueryEvidence? query) => query switch
    {
        null => ("is missing", "ksqlDB does not have it, though it should run."),
        { State: "ERROR" } => ("stands with an error", query.Error ?? "ksqlDB shows it in state ERROR."),
        { State: "PAUSED" } => ("stands still", "It was paused in ksqlDB itself, not by Pioneer."),
        _ => null,
    };

    private static (string What, string Reason)? Standing(FlowHop.Reading hop, EvidenceRound evidence)
    {
        var longAgo = evidence.TakenAt - StandingAfter;
        var waiting = evidence.PlacesOf(hop)
            .Where(committed => committed.UndeliveredSince <= longAgo && committed.MovedAt <= longAgo).ToList();
        return waiting.Count > 0
            ? ("does not take what waits for it", $"It stands still in {Plural.Of(waiting.Count, "partition")} of {hop.Topic} that {Plural.Noun(waiting.Count, "holds", "hold")} "
                + $"unread records since {waiting.Min(committed => committed.UndeliveredSince):yyyy-MM-dd HH:mm:ss} UTC.")
            : null;
    }
}
