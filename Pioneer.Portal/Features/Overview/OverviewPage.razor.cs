using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Recovery;
using Pioneer.Portal.Features.Operations;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.Features.Tenants;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Overview;

/// <summary>The platform at a glance; for tenant people their own part of it. Figures are measured or 'not observed'.</summary>
public sealed partial class OverviewPage
{
    private const int Operations = 4;

    private Domain.Tenants.Overview? _view;
    private RecoveryStatus? _status;
    private TenantList? _tenants;
    private IReadOnlyList<OperationLine> _operations = [];
    private List<AttentionItem> _attention = [];
    private int _attentionCount;

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required OverviewQuery Overview { get; set; }

    [Inject]
    public required RecoveryStatusReader Status { get; set; }

    [Inject]
    public required TenantViews Tenants { get; set; }

    [Inject]
    public required SubscriptionViews Subscriptions { get; set; }

    [Inject]
    public required OperationViews OperationViews { get; set; }

    [Inject]
    public required Throughput Throughput { get; set; }

    [Inject]
    public required ShellFacts Facts { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    protected override LiveTopic Topics => LiveTopic.Tenants | LiveTopic.Ingestion | LiveTopic.Operations | LiveTopic.Subscriptions | LiveTopic.Seeding | LiveTopic.Recovery;

    private bool SeesPlatform => Me.Actor.PlatformRole != PlatformRole.None;

    private string? Slug { get; set; }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var user = (await Authentication).User;
        Slug = Facts.CurrentSlug(Navigation.Uri, user);
        _view = await Overview.GetAsync(OfTenant(Me.Actor, user.TenantGrants().FirstOrDefault(grant => grant.Slug == Slug)), cancellationToken);
        _status = await Status.ReadAsync(cancellationToken);
        _operations = await OperationViews.RunningAsync(Operations, cancellationToken);
        _tenants = SeesPlatform ? await Tenants.ListAsync(null, null, false, TenantSort.Created, true, 1, cancellationToken) : null;
        var failed = await Subscriptions.ListAsync(null, null, SubscriptionState.Failed, 1, cancellationToken);
        var drifted = SeesPlatform ? await Tenants.ListAsync(null, null, true, TenantSort.Name, false, 1, cancellationToken) : null;
        _attention = [.. Attention(_status, failed, drifted)];
        _attentionCount = _attention.Count + _status.OpenIncidentCount - _status.OpenIncidents.Length;
    }

    // somebody's home shows one of their tenants; only what needs attention is told of all of them
    private static Actor OfTenant(Actor actor, TenantGrant? tenant) => tenant is null
        ? actor
        : actor with { Memberships = ImmutableDictionary<TenantId, TenantRole>.Empty.Add(tenant.TenantId, tenant.Role) };

    private IEnumerable<TenantStatus> ShownTenants(RecoveryStatus status) => status.Tenants.Where(tenant => SeesPlatform || tenant.Tenant == Slug);

    private static IEnumerable<AttentionItem> Attention(RecoveryStatus status, SubscriptionList failed, TenantList? drifted)
    {
        foreach (var incident in status.OpenIncidents)
        {
            yield return new(Tone.Bad, incident.Title, incident.Reason, "Open", PortalUrls.Incident(incident.Id.Value));
        }

        // before the first round there is nothing to miss
        foreach (var component in status.Components.Where(c => c.Level == StatusLevel.NotObserved && status.EvidenceAt is not null))
        {
            yield return new(Tone.Warn, $"{component.Name}: {component.State}", "Nothing can be promised for what it would tell.", "Look", PortalUrls.Recovery);
        }

        // the incidents that are not in the status are other failed connectors: naming those here would say the same thing twice
        var allIncidents = status.OpenIncidents.Length == status.OpenIncidentCount;
        foreach (var component in status.Components.Where(c => c.Level is StatusLevel.Degraded or StatusLevel.Lost
            && (allIncidents ? !status.OpenIncidents.Any(i => i.Subject == c.Name) : c.State != RecoveryStatus.ConnectorFailed)))
        {
            yield return new(Tone.Warn, $"{component.Name}: {component.State}", component.Evidence, "Look", PortalUrls.Recovery);
        }

        foreach (var row in failed.Rows)
        {
            yield return new(Tone.Bad, $"Subscription {row.Topic} failed", row.Error ?? "", "Open", PortalUrls.Subscription(row.Slug, row.Name));
        }

        if (drifted is { Total: > 0 })
        {
            var first = drifted.Rows[0];
            yield return new(
                Tone.Warn,
                drifted.Total == 1 ? $"{first.Slug} drifted from what was wanted" : $"{Plural.Of(drifted.Total, "tenant")} drifted from what was wanted",
                "Something on the platform is not as it was asked for; the plan says what.",
                "Review plan",
                drifted.Total == 1 ? PortalUrls.Tenant(first.Slug.Value, "plan") : PortalUrls.With(PortalUrls.Tenants, ("drifted", "true")));
        }
    }

    private IEnumerable<Layer> Layers(Domain.Tenants.Overview view, RecoveryStatus status)
    {
        var failedConnectors = status.FailedConnectors;
        var connectSeen = status.LookedAt is not null && !status.Components.Any(c => c is { Name: RecoveryStatus.Connect, Level: StatusLevel.NotObserved });
        var queriesSeen = !status.Components.Any(c => c is { Name: RecoveryStatus.Ksql, Level: StatusLevel.NotObserved });
        var ingestion = Throughput.Of(TopicKind.Feed);
        var processed = Throughput.Processed();
        if (SeesPlatform)
        {
            yield return new("Sources", PortalUrls.Sources, view.Sources == 0 ? Tone.Plain : Tone.Ok, view.Sources == 0 ? "none" : "registered", view.Sources.ToString("N0"), "", Plural.Of(view.Feeds, "feed"), null);
        }

        yield return new(
            "Ingestion", SeesPlatform ? PortalUrls.Connectors : PortalUrls.Overview, failedConnectors > 0 ? Tone.Warn : connectSeen ? Tone.Ok : Tone.Note,
            failedConnectors > 0 ? $"{failedConnectors:N0} failed" : connectSeen ? "healthy" : "not observed",
            Rate(SeesPlatform ? ingestion : LayerRate.NotObserved, view.Entitlements), "", $"{Plural.Of(view.Entitlements, "connector")}, {view.PausedConnectors} paused", SeesPlatform ? ingestion : null);
        yield return new(
            "Subscriptions", PortalUrls.AllSubscriptions, view.FailedSubscriptions > 0 ? Tone.Warn : queriesSeen ? Tone.Ok : Tone.Note,
            view.FailedSubscriptions > 0 ? $"{view.FailedSubscriptions} failed" : queriesSeen ? "healthy" : "not observed",
            Rate(SeesPlatform ? processed : LayerRate.NotObserved, view.Subscriptions), "", $"{Plural.Of(view.RunningSubscriptions, "query")} running", SeesPlatform ? processed : null);
        var deliveryLevel = ShownTenants(status).Select(t => t.Level).DefaultIfEmpty(StatusLevel.Fine).Max();
        var waiting = ShownTenants(status).Sum(t => t.Horizon.Undelivered);
        yield return new(
            "Delivery", SeesPlatform || Slug is null ? PortalUrls.Horizons : PortalUrls.Delivery(Slug), status.EvidenceAt is null ? Tone.Note : deliveryLevel.Tone(),
            status.EvidenceAt is null ? "not observed" : deliveryLevel is StatusLevel.Fine ? "healthy" : deliveryLevel.Word().ToLowerInvariant(), status.EvidenceAt is null ? "–" : waiting.ToString("N0"), "on their way",
            ShownTenants(status).Where(t => t.Horizon.Kind == LossHorizonKind.Running).Min(t => t.Horizon.Left) is { } left ? $"horizon {Durations.Words(left)}" : "nothing waits for long", null);
        yield return new(
            "Seeding", SeesPlatform || Slug is null ? PortalUrls.AllSeeds : PortalUrls.Seeds(Slug), view.ActiveSeedRuns > 0 ? Tone.Info : Tone.Ok, view.ActiveSeedRuns > 0 ? "running" : "idle",
            view.ActiveSeedRuns.ToString("N0"), Plural.Noun(view.ActiveSeedRuns, "run"), $"{Plural.Of(view.RunningOperations, "operation")}, {view.FailedOperationsToday} failed today", null);
    }

    private static string Rate(LayerRate rate, int? otherwise) => rate.PerSecond is { } value ? $"{value:N1}/s" : otherwise?.ToString("N0") ?? "not observed";

    private sealed record Layer(string Name, string Href, Tone Tone, string State, string Figure, string Beside, string Detail, LayerRate? Rate);

    private sealed record AttentionItem(Tone Tone, string Title, string Detail, string Verb, string Href);
}
