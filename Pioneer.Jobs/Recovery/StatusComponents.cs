using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Recovery;

/// <summary>What the platform's people see of each part: what was seen of it, when, and by which probe.</summary>
internal static class StatusComponents
{
    private const string Watch = "Platform watch";

    // looks come each second, but a busy machine may take its time
    private static readonly TimeSpan LookStale = TimeSpan.FromSeconds(30);

    public static int FailedConnectors(PlatformPicture picture) => picture.Look?.Connectors?.Count(connector => connector.IsFailed) ?? 0;

    public static ImmutableArray<ComponentStatus> Of(PlatformPicture picture, DateTimeOffset now)
    {
        if (picture.Look is not { } look)
        {
            return [new ComponentStatus("Kafka", StatusLevel.NotObserved, "Not observed", now, "quick probe", "The first probe is under way.")];
        }

        var components = ImmutableArray.CreateBuilder<ComponentStatus>();
        if (now - look.At > LookStale)
        {
            components.Add(new ComponentStatus(Watch, StatusLevel.NotObserved, "Stands still", look.At, "quick probe",
                $"Nothing was looked at for {Durations.Words(now - look.At)}; what stands below is that old"));
        }

        components.Add(Kafka(look, picture.LastGood));
        components.Add(Connect(look));
        components.AddRange((look.Connectors ?? []).Where(connector => connector.IsFailed).Take(RecoveryStatus.MaxFailedConnectors).Select(connector => new ComponentStatus(
            connector.Name, StatusLevel.Degraded, RecoveryStatus.ConnectorFailed, look.At, "connector status", connector.Trace?.Split('\n', 2)[0] ?? "no trace")));
        if (picture.Round is { } round)
        {
            components.Add(Ksql(round));
            components.AddRange((round.Queries is null ? [] : round.UnseenServices).Take(RecoveryStatus.MaxFailedConnectors).Select(service =>
                new ComponentStatus(
                    $"{RecoveryStatus.Ksql} {service.ServiceId}", StatusLevel.NotObserved, "Does not answer", round.TakenAt, "SHOW QUERIES",
                    $"{Seen(service.SeenAt)}. {service.Reason}")));
        }

        components.AddRange((picture.Sources ?? []).Where(source => source.Feeds.Length > 0 || source.FailingSince is not null).Select(Source));
        components.AddRange(picture.Findings.Where(IsShownByItself).Take(RecoveryStatus.MaxFailedConnectors).Select(finding => new ComponentStatus(
            finding.Subject, finding.Scenario == Scenario.RetentionPassed ? StatusLevel.Lost : StatusLevel.Degraded, finding.Scenario.Name, finding.Since, "round of evidence",
            $"{finding.Title}. {finding.Reason}")));
        return components.ToImmutable();
    }

    // those of brokers, Connect and sources are on the lines above
    private static bool IsShownByItself(Finding finding) => finding.Scenario.Number is not ("S09" or "S12");

    private static ComponentStatus Kafka(QuickLook look, EvidenceRound? lastGood)
    {
        const string Name = "Kafka", Detector = "metadata request to each broker";
        var seen = lastGood?.Cluster is { } cluster ? $"Cluster {cluster.ClusterId}, {Plural.Of(cluster.Topics.Length, "watched topic")}" : "Metadata answered";
        return look.Brokers switch
        {
            { Reached: 0 } => new ComponentStatus(Name, StatusLevel.Degraded, "Does not answer", look.At, Detector, "No broker answered within 1.5 s"),
            { IsAnswering: false } brokers => new ComponentStatus(Name, StatusLevel.Degraded, "No majority", look.At, Detector,
                $"{brokers.Reached} of {Plural.Of(brokers.Listed, "broker")} answered: without a majority nothing that is written is kept"),
            { Reached: var reached, Listed: var listed } when reached < listed => new ComponentStatus(Name, StatusLevel.Degraded, $"{reached} of {listed} brokers answer", look.At,
                Detector, seen),
            { Listed: var listed } => new ComponentStatus(Name, StatusLevel.Fine, "Answers", look.At, Detector, $"{seen}, {Plural.Of(listed, "broker")}"),
        };
    }

    private static ComponentStatus Connect(QuickLook look)
    {
        const string Detector = "GET /connectors";
        if (look.Connectors is not { } connectors)
        {
            return new ComponentStatus(RecoveryStatus.Connect, StatusLevel.NotObserved, "Does not answer", look.At, Detector, "No answer");
        }

        var failed = connectors.Count(connector => connector.IsFailed);
        return new ComponentStatus(RecoveryStatus.Connect, failed > 0 ? StatusLevel.Degraded : StatusLevel.Fine, failed > 0 ? $"{failed:N0} failed" : "Answers", look.At,
            Detector, Plural.Of(connectors.Length, "connector"));
    }

    private static ComponentStatus Ksql(EvidenceRound round)
    {
        const string Detector = "SHOW QUERIES";
        if (round.Queries is not { } queries)
        {
            var seen = round.UnseenServices.Select(service => service.SeenAt).Max();
            return new ComponentStatus(
                RecoveryStatus.Ksql, StatusLevel.NotObserved, "Does not answer", round.TakenAt, Detector,
                seen is null ? "No answer" : $"No answer. {Seen(seen)}");
        }

        var errors = queries.Count(query => query.State == "ERROR");
        return new ComponentStatus(RecoveryStatus.Ksql, errors > 0 ? StatusLevel.Degraded : StatusLevel.Fine, "Answers", round.TakenAt, Detector,
            $"{Plural.Of(queries.Length, "query")}, {errors} with errors");
    }

    /// <summary>Since when something was not observed, in words.</summary>
    internal static string Seen(DateTimeOffset? at) =>
        at is { } last ? $"Not observed since {last.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "Not observed since the portal started";

    private static ComponentStatus Source(SourceState source)
    {
        const string Detector = "sign-in and a query, by the portal";
        var reached = source.ReachedAt is { } at ? $"last reached {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "not reached since the portal started";
        return source.FailingSince is null
            ? new ComponentStatus(source.Subject, StatusLevel.Fine, "Answers", source.Last.At, Detector, Plural.Of(source.Feeds.Length, "feed"))
            : new ComponentStatus(source.Subject, StatusLevel.Degraded, source.Last.Kind is SourceContactKind.Refused ? "Refuses us" : "Does not answer", source.Last.At, Detector,
                $"{reached}. {source.Last.Error?.ToText()}");
    }
}
