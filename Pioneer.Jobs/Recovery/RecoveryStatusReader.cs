using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Recovery;

/// <summary>Puts the present picture, the open incidents and the loss horizons together. The caller's tenant scope decides which tenants are in it.</summary>
public sealed class RecoveryStatusReader(
    IDbContextFactory<PioneerDbContext> contexts, ITenantScope scope, TenantFlowReader flows, PlatformPicture picture, TimeProvider time)
{
    private static readonly TimeSpan RiskBelow = TimeSpan.FromHours(24);

    /// <summary>The status now.</summary>
    public async Task<RecoveryStatus> ReadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var seesAll = scope.Current.IsAll;
        var incidents = await OpenIncidents.ReadAsync(db, seesAll, ct);
        var now = time.GetUtcNow();
        var tenants = (await flows.ReadAsync(ct)).Where(tenant => scope.Current.Includes(tenant.Id))
            .Select(tenant => StatusOf(tenant, incidents.WorstOfTenant.GetValueOrDefault(tenant.Id), now)).OrderByDescending(tenant => tenant.Level)
            .ThenBy(tenant => tenant.Horizon.Left ?? TimeSpan.MaxValue).ToImmutableArray();
        var components = seesAll ? Components() : [];
        // an incident that touches no tenant still waits for its verdict
        var open = incidents.Total > 0 ? StatusLevel.Degraded : StatusLevel.Fine;
        var level = tenants.Select(tenant => tenant.Level).Concat(components.Select(component => component.Level)).Append(open).Max();
        return new RecoveryStatus(
            picture.Look?.At, picture.LastGood?.TakenAt, level, Sentence(level, tenants), tenants, components, seesAll ? FailedConnectors() : 0,
            incidents.MostImportant, incidents.Total);
    }

    private TenantStatus StatusOf(WatchedTenant tenant, TenantIncident? incident, DateTimeOffset now)
    {
        var horizon = picture.LastGood is { } evidence
            ? LossHorizon.Of(tenant.Flow, evidence, now)
            : new LossHorizon(tenant.Slug.Value, "", null, 0, LossHorizonKind.NotObserved);
        var (level, sentence) = (incident, horizon) switch
        {
            ({ IsLost: true }, _) => (StatusLevel.Lost, incident.Explanation),
            (_, { Kind: LossHorizonKind.Running, Left: { } left }) when left < RiskBelow => (StatusLevel.AtRisk, $"Loss begins in {Durations.Words(left)} on {horizon.Hop}."),
            ({ }, _) => (StatusLevel.Degraded, $"{incident.Title}. Nothing is lost{(incident.Reason.Length > 0 ? $": {incident.Reason}" : ".")}"),
            (_, { Kind: LossHorizonKind.NotObserved }) => (StatusLevel.NotObserved, "Not observed yet: no round of evidence has been taken."),
            _ => (StatusLevel.Fine, horizon.Undelivered == 0 ? "Everything was received." : $"{Plural.Of(horizon.Undelivered, "record is", "records are")} on {(horizon.Undelivered == 1 ? "its" : "their")} way."),
        };
        return new TenantStatus(tenant.Slug.Value, level, sentence, horizon);
    }

    private int FailedConnectors() => picture.Look?.Connectors?.Count(connector => connector.IsFailed) ?? 0;

    private ImmutableArray<ComponentStatus> Components()
    {
        if (picture.Look is not { } look)
        {
            return [new ComponentStatus("Kafka", StatusLevel.NotObserved, "Not observed", time.GetUtcNow(), "quick probe", "The first probe is under way.")];
        }

        var round = picture.Round;
        var components = ImmutableArray.CreateBuilder<ComponentStatus>();
        components.Add(look.BrokersAnswer
            ? new ComponentStatus("Kafka", StatusLevel.Fine, "Answers", look.At, "metadata request",
                round?.Cluster is { } cluster ? $"Cluster {cluster.ClusterId}, {Plural.Of(cluster.Brokers, "broker")}, {Plural.Of(cluster.Topics.Length, "watched topic")}" : "Metadata answered")
            : new ComponentStatus("Kafka", StatusLevel.Degraded, "Does not answer", look.At, "metadata request", "No broker answered within 1.5 s"));
        components.Add(look.Connectors is { } connectors
            ? new ComponentStatus(RecoveryStatus.Connect, connectors.Any(connector => connector.IsFailed) ? StatusLevel.Degraded : StatusLevel.Fine,
                connectors.Any(connector => connector.IsFailed) ? $"{FailedConnectors():N0} failed" : "Answers", look.At,
                "GET /connectors", Plural.Of(connectors.Length, "connector"))
            : new ComponentStatus(RecoveryStatus.Connect, StatusLevel.NotObserved, "Does not answer", look.At, "GET /connectors", "No answer"));
        components.AddRange((look.Connectors ?? []).Where(connector => connector.IsFailed).Take(RecoveryStatus.MaxFailedConnectors).Select(connector => new ComponentStatus(
            connector.Name, StatusLevel.Degraded, RecoveryStatus.ConnectorFailed, look.At, "connector status", connector.Trace?.Split('\n', 2)[0] ?? "no trace")));
        if (round is not null)
        {
            components.Add(round.Queries is { } queries
                ? new ComponentStatus(RecoveryStatus.Ksql, queries.Any(query => query.State == "ERROR") ? StatusLevel.Degraded : StatusLevel.Fine, "Answers", round.TakenAt,
                    "SHOW QUERIES", $"{Plural.Of(queries.Length, "query")}, {queries.Count(query => query.State == "ERROR")} with errors")
                : new ComponentStatus(RecoveryStatus.Ksql, StatusLevel.NotObserved, "Does not answer", round.TakenAt, "SHOW QUERIES", "No answer"));
        }

        return components.ToImmutable();
    }

    private static string Sentence(StatusLevel level, ImmutableArray<TenantStatus> tenants)
    {
        var count = tenants.Count(tenant => tenant.Level == level);
        var who = count switch { 0 => "the platform", _ => Plural.Of(count, "tenant") };
        return level switch
        {
            StatusLevel.Fine => "All is well",
            StatusLevel.Degraded => $"Degraded, nothing lost: {who} affected",
            StatusLevel.NotObserved => "A probe is missing: nothing can be promised for it",
            StatusLevel.AtRisk => $"{who} at risk · {Durations.Words(tenants.Where(tenant => tenant.Horizon.Left is not null).Min(tenant => tenant.Horizon.Left!.Value))}",
            _ => $"{who} lost records",
        };
    }
}
