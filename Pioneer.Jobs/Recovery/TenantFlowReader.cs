using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>A tenant with its flow, and the service that its queries run in.</summary>
public sealed record WatchedTenant(TenantId Id, TenantSlug Slug, string ServiceId, TenantFlow Flow);

/// <summary>Reads from wanted state which ways every tenant's records take. Two queries, whatever the number of tenants.</summary>
public sealed class TenantFlowReader(IServiceScopeFactory scopes)
{
    /// <summary>Every tenant that has something to lose.</summary>
    public async Task<ImmutableArray<WatchedTenant>> ReadAsync(CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        // a revoked feed's connector is taken away: a flow that still held it could never be judged whole again
        var entitled = await db.Entitlements.AsNoTracking().Where(entitlement => entitlement.State == EntitlementState.Granted)
            .Join(db.Feeds, entitlement => entitlement.FeedId, feed => feed.Id, (entitlement, feed) => new { entitlement.TenantId, feed.Name })
            .ToListAsync(ct);
        var queries = await db.Subscriptions.AsNoTracking()
            .Where(subscription => subscription.State == SubscriptionState.Running || subscription.State == SubscriptionState.Seeding)
            .SelectMany(subscription => subscription.Versions.Where(version => version.Number == subscription.CurrentVersion))
            .Select(version => new { version.TenantId, version.SourceTopic, version.QueryId })
            .ToListAsync(ct);
        var feedsOf = entitled.ToLookup(row => row.TenantId);
        var queriesOf = queries.ToLookup(row => row.TenantId);
        var tenants = await db.Tenants.AsNoTracking().ToListAsync(ct);
        return
        [
            .. tenants.Select(tenant =>
            {
                var service = KsqlNames.ServiceId(tenant);
                return new WatchedTenant(tenant.Id, tenant.Slug, service, new TenantFlow(tenant.Slug.Value,
                [
                    .. feedsOf[tenant.Id].Select(feed => TopicNames.Feed(tenant.Slug, feed.Name)).Select(topic => new FlowHop.Ingestion(topic, topic)),
                    .. queriesOf[tenant.Id].Select(query =>
                        new FlowHop.Reading(query.SourceTopic, ConsumerGroups.Query(service, query.QueryId), query.QueryId)),
                ]));
            }).Where(tenant => tenant.Flow.Hops.Length > 0),
        ];
    }
}
