using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>A tenant with its flow, and the service that its queries run in.</summary>
public sealed record WatchedTenant(TenantId Id, TenantSlug Slug, string ServiceId, TenantFlow Flow);

/// <summary>Reads from wanted state which ways every tenant's records take. Five queries at most, whatever the number of tenants.</summary>
public sealed class TenantFlowReader(IServiceScopeFactory scopes)
{
    /// <summary>Every tenant that is fed or reads, suspended ones and those whose readers stand still included.</summary>
    public Task<ImmutableArray<WatchedTenant>> ReadAsync(CancellationToken ct) => ReadAsync(only: null, ct);

    /// <summary>One tenant; null where it is neither fed nor reads, or is no more.</summary>
    public async Task<WatchedTenant?> FindAsync(TenantId tenant, CancellationToken ct) => (await ReadAsync(tenant, ct)).SingleOrDefault();

    private async Task<ImmutableArray<WatchedTenant>> ReadAsync(TenantId? only, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var entitlements = db.Entitlements.AsNoTracking().Where(entitlement => entitlement.State == EntitlementState.Granted);
        var readers = db.Subscriptions.AsNoTracking().Where(row => row.State != SubscriptionState.Deleted && row.State != SubscriptionState.Deleting);
        // what an off-boarding takes away is not missed
        var living = db.Tenants.AsNoTracking().Where(tenant => tenant.State != TenantState.Deleted && tenant.State != TenantState.Offboarding);
        if (only is { } id)
        {
            (entitlements, readers, living) = (entitlements.Where(row => row.TenantId == id), readers.Where(row => row.TenantId == id), living.Where(row => row.Id == id));
        }

        // a revoked feed's connector is taken away: a flow that still held it could never be judged whole again
        var entitled = await entitlements
            .Join(db.Feeds, entitlement => entitlement.FeedId, feed => feed.Id, (entitlement, feed) => new FedBy(entitlement.TenantId, feed.Name, entitlement.Paused, feed.Kind, feed.PollIntervalMs, feed.QueryLimitMs))
            .ToListAsync(ct);
        var versions = db.Set<SubscriptionVersion>();
        var subscriptions = await (
            from row in readers
            join version in versions on new { row.Id, Number = row.CurrentVersion } equals new { Id = version.SubscriptionId, version.Number }
            join earlier in versions on new { row.Id, Number = version.ContinuesFrom } equals new { Id = earlier.SubscriptionId, Number = (int?)earlier.Number } into before
            from earlier in before.DefaultIfEmpty()
            select new ReadBy(row.TenantId, row.Name, row.State, row.ChangedAt, row.Error, version.SourceTopic, version.QueryId, earlier!.QueryId)).ToListAsync(ct);
        var tenants = await living.ToListAsync(ct);
        var stops = entitled.Exists(row => row.IsPaused) || subscriptions.Exists(row => row.State is SubscriptionState.Paused)
            || tenants.Exists(tenant => tenant.State is TenantState.Suspended)
            ? await StopsAsync(db, only, ct)
            : [];
        var feedsOf = entitled.ToLookup(row => row.Tenant);
        var readersOf = subscriptions.ToLookup(row => row.Tenant);
        return
        [
            .. tenants.Select(tenant => new WatchedTenant(tenant.Id, tenant.Slug, KsqlNames.ServiceId(tenant), new TenantFlow(tenant.Slug.Value,
            [
                .. feedsOf[tenant.Id].Select(feed => Ingestion(tenant, feed, stops)),
                .. readersOf[tenant.Id].Select(reader => Reading(tenant, reader, stops)),
            ]))).Where(tenant => tenant.Flow.Hops.Length > 0),
        ];
    }

    private static FlowHop.Ingestion Ingestion(Tenant tenant, FedBy feed, Dictionary<string, StoppedOnPurpose> stops)
    {
        var topic = TopicNames.Feed(tenant.Slug, feed.Name);
        return new FlowHop.Ingestion(topic, topic)
        {
            AsksEvery = feed.Kind is FeedKind.Event ? TimeSpan.FromMilliseconds(feed.PollIntervalMs) : null,
            QueryLimit = feed.QueryLimitMs is { } limit ? TimeSpan.FromMilliseconds(limit) : null,
            Stopped = Suspension(tenant, stops) ?? (feed.IsPaused ? stops.GetValueOrDefault(topic, Unwritten) : null),
        };
    }

    private static FlowHop.Reading Reading(Tenant tenant, ReadBy reader, Dictionary<string, StoppedOnPurpose> stops)
    {
        var service = KsqlNames.ServiceId(tenant);
        return new FlowHop.Reading(reader.SourceTopic, ConsumerGroups.Query(service, reader.QueryId), reader.QueryId)
        {
            Subscription = reader.Name,
            Service = service,
            EarlierGroup = reader.EarlierQueryId is { } earlier ? ConsumerGroups.Query(service, earlier) : null,
            Failure = reader.State is SubscriptionState.Failed ? reader.Error ?? "its deployment failed" : null,
            // a seed run holds the query still while it copies: that is no standing
            IsSettled = reader.State is not (SubscriptionState.Deploying or SubscriptionState.Seeding),
            Stopped = Suspension(tenant, stops) ?? (reader.State is SubscriptionState.Paused
                ? stops.GetValueOrDefault(AuditSubject.OfSubscription(tenant, reader.Name).Name, new StoppedOnPurpose(reader.ChangedAt, null))
                : null),
        };
    }

    private static StoppedOnPurpose Unwritten { get; } = new(null, null);

    private static StoppedOnPurpose? Suspension(Tenant tenant, Dictionary<string, StoppedOnPurpose> stops) =>
        tenant.State is TenantState.Suspended ? stops.GetValueOrDefault(AuditSubject.Of(tenant).Name, Unwritten) : null;

    /// <summary>The last stop of each thing, by the audit log's name for it: a connector, <c>tenant/subscription</c> or a tenant.</summary>
    private static async Task<Dictionary<string, StoppedOnPurpose>> StopsAsync(PioneerDbContext db, TenantId? only, CancellationToken ct)
    {
        var last = await db.AuditEntries.AsNoTracking()
            .Where(entry => entry.Action == "ConnectorPaused" || entry.Action == "SubscriptionPaused" || entry.Action == "TenantSuspended")
            .Where(entry => only == null || entry.TenantId == only)
            .GroupBy(entry => entry.Subject).Select(entries => entries.Max(entry => entry.Id)).ToListAsync(ct);
        return await db.AuditEntries.AsNoTracking().Where(entry => last.Contains(entry.Id))
            .ToDictionaryAsync(entry => entry.Subject, entry => new StoppedOnPurpose(entry.At, entry.ActorName), ct);
    }

    private sealed record FedBy(TenantId Tenant, string Name, bool IsPaused, FeedKind Kind, int PollIntervalMs, int? QueryLimitMs);

    private sealed record ReadBy(
        TenantId Tenant, string Name, SubscriptionState State, DateTimeOffset ChangedAt, string? Error, string SourceTopic, string QueryId, string? EarlierQueryId);
}
