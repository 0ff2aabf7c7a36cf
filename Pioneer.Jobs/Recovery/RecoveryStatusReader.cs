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
    internal static readonly TimeSpan RiskBelow = TimeSpan.FromHours(24);

    // four rounds that did not come
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    /// <summary>The status now.</summary>
    public async Task<RecoveryStatus> ReadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var seesAll = scope.Current.IsAll;
        var incidents = await OpenIncidents.ReadAsync(db, seesAll, ct);
        var now = time.GetUtcNow();
        var findings = WorstOfTenant(picture.Findings);
        var tenants = (await flows.ReadAsync(ct)).Where(tenant => scope.Current.Includes(tenant.Id))
            .Select(tenant => StatusOf(tenant, incidents.WorstOfTenant.GetValueOrDefault(tenant.Id), findings.GetValueOrDefault(tenant.Slug.Value), now))
            .OrderByDescending(tenant => tenant.Level).ThenBy(tenant => tenant.Horizon.Left ?? TimeSpan.MaxValue).ToImmutableArray();
        var components = seesAll ? StatusComponents.Of(picture, now) : [];
        // an incident that touches no tenant still waits for its verdict
        var open = incidents.Total > 0 ? StatusLevel.Degraded : StatusLevel.Fine;
        var level = tenants.Select(tenant => tenant.Level).Concat(components.Select(component => component.Level)).Append(open).Max();
        return new RecoveryStatus(
            picture.Look?.At, picture.LastGood?.TakenAt, level, Sentence(level, tenants, OfRows(tenants)), tenants, components, seesAll ? StatusComponents.FailedConnectors(picture) : 0,
            incidents.MostImportant, incidents.Total);
    }

    private TenantStatus StatusOf(WatchedTenant tenant, TenantIncident? incident, Finding? finding, DateTimeOffset now)
    {
        var horizon = picture.LastGood is { } evidence
            ? LossHorizon.Of(tenant.Flow, evidence, now)
            : new LossHorizon(tenant.Slug.Value, "", null, 0, LossHorizonKind.NotObserved, "No round of evidence has been taken yet.");
        var stopped = tenant.Flow.Hops.FirstOrDefault(hop => hop.Stopped is not null);
        var (level, sentence) = (incident, finding, horizon) switch
        {
            ({ IsLost: true }, _, _) => (StatusLevel.Lost, incident.Explanation),
            (_, _, { Kind: LossHorizonKind.Lost }) => (StatusLevel.Lost, horizon.Reason),
            (_, _, { Kind: LossHorizonKind.Running, Left: { } left }) when left < RiskBelow =>
                (StatusLevel.AtRisk, $"{Cause(finding, stopped)}Loss begins in {(horizon.IsAtMost ? "at most " : "")}{Durations.Words(left)} on {horizon.Hop}."),
            ({ }, _, _) => (StatusLevel.Degraded, $"{incident.Title}. Nothing is lost{(incident.Reason.Length > 0 ? $": {incident.Reason}" : ".")}"),
            (_, { } left, _) when left.Scenario.IsAboutRows => (StatusLevel.Degraded, $"{left.Title} since {Time(left.Since)}. {left.Scenario.Meaning}"),
            (_, { }, _) => (StatusLevel.Degraded, $"{finding.Title} since {Time(finding.Since)}. Nothing is lost{Waits(horizon)}."),
            (_, _, { Kind: LossHorizonKind.NotObserved }) => (StatusLevel.NotObserved, $"Not observed: {horizon.Reason}"),
            _ when Age(now) is { } age => (StatusLevel.NotObserved, $"Not observed for {Durations.Words(age)}: what was seen before may no longer be so."),
            _ when UnseenService(tenant) is { } unseen => (StatusLevel.NotObserved, $"{StatusComponents.Seen(unseen.SeenAt)}: the ksqlDB that runs its queries does not answer."),
            _ when stopped is not null => (StatusLevel.Paused, $"{Cause(null, stopped)}Nothing is lost{Waits(horizon)}."),
            (_, _, { Kind: LossHorizonKind.NobodyReads }) => (StatusLevel.Fine, "Nothing is subscribed: the tenant receives nothing."),
            _ => (StatusLevel.Fine, horizon.Undelivered == 0 ? "Everything was received." : $"{Plural.Of(horizon.Undelivered, "record is", "records are")} on {(horizon.Undelivered == 1 ? "its" : "their")} way."),
        };
        return new TenantStatus(tenant.Slug.Value, level, sentence, horizon);
    }

    /// <summary>The ksqlDB of a tenant whose queries should run, where it did not answer in the last round; null where it did.</summary>
    private UnseenService? UnseenService(WatchedTenant tenant) => tenant.Flow.RunningReaders.Any()
        ? picture.Round?.UnseenServiceOf(tenant.ServiceId)
        : null;

    private static string Cause(Finding? finding, FlowHop? stopped) => (finding, stopped) switch
    {
        ({ }, _) => $"{finding.Title} since {Time(finding.Since)}. ",
        (_, { Stopped: { } stop }) =>
            $"{stopped.Name} is paused on purpose{(stop.Since is { } since ? $" since {Time(since)}" : "")}{(stop.By is { } by ? $" by {by}" : "")}. ",
        _ => "",
    };

    private static string Waits(LossHorizon horizon) =>
        horizon.Undelivered == 0 ? "" : $"; {Plural.Of(horizon.Undelivered, "record waits", "records wait")} on {horizon.Hop}";

    private static string Time(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC";

    /// <summary>How old the evidence is, where it is older than it should be; null where it is not.</summary>
    private TimeSpan? Age(DateTimeOffset now) => picture.LastGood is { } good && now - good.TakenAt > Stale ? now - good.TakenAt : null;

    /// <summary>What stands still first, then what is left out, then what is NULL.</summary>
    private static int RankOf(Scenario scenario) => !scenario.IsAboutRows ? 0 : scenario == Scenario.ValuesFailed ? 2 : 1;

    /// <summary>What each tenant is told first of what was found.</summary>
    private static Dictionary<string, Finding> WorstOfTenant(IEnumerable<Finding> findings)
    {
        var worst = new Dictionary<string, Finding>(StringComparer.Ordinal);
        foreach (var finding in findings.OrderBy(finding => RankOf(finding.Scenario)))
        {
            foreach (var tenant in finding.Tenants)
            {
                worst.TryAdd(tenant, finding);
            }
        }

        return worst;
    }

    /// <summary>The worst that findings of single rows say; null where there are none.</summary>
    private Scenario? OfRows(ImmutableArray<TenantStatus> tenants)
    {
        var shown = tenants.Select(tenant => tenant.Tenant).ToHashSet(StringComparer.Ordinal);
        return picture.Findings.Where(finding => finding.Scenario.IsAboutRows && finding.Tenants.Any(shown.Contains)).Select(finding => finding.Scenario).MinBy(RankOf);
    }

    private static string Sentence(StatusLevel level, ImmutableArray<TenantStatus> tenants, Scenario? ofRows)
    {
        var count = tenants.Count(tenant => tenant.Level == level);
        var who = count switch { 0 => "the platform", _ => Plural.Of(count, "tenant") };
        return level switch
        {
            StatusLevel.Fine => "All is well",
            StatusLevel.Paused => $"Paused on purpose, nothing lost: {who}",
            StatusLevel.Degraded when ofRows is not null => $"Degraded, {ofRows.Name.ToLowerInvariant()}: {who} affected",
            StatusLevel.Degraded => $"Degraded, nothing lost: {who} affected",
            StatusLevel.NotObserved => "A probe is missing: nothing can be promised for it",
            StatusLevel.AtRisk => $"{who} at risk · {Durations.Words(tenants.Where(tenant => tenant.Horizon.Left is not null).Min(tenant => tenant.Horizon.Left!.Value))}",
            _ => $"{who} lost records",
        };
    }
}
