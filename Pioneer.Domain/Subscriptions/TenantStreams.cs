using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Subscriptions;

/// <summary>What a tenant's queries may read: its granted feeds and its own subscriptions' results.</summary>
public sealed class TenantStreams(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<ImmutableArray<TenantStream>>> ListAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        return found.IsFailure ? found.Error : await ListAsync(db, found.Value, cancellationToken);
    }

    internal static async Task<ImmutableArray<TenantStream>> ListAsync(PioneerDbContext db, Tenant tenant, CancellationToken cancellationToken)
    {
        var granted = db.Entitlements.Where(row => row.TenantId == tenant.Id && row.State == EntitlementState.Granted).Select(row => row.FeedId);
        var feeds = await db.Feeds.AsNoTracking().Where(row => granted.Contains(row.Id)).OrderBy(row => row.Name).ToListAsync(cancellationToken);
        var subscriptions = await db.Subscriptions.AsNoTracking().Include(row => row.Versions)
            .Where(row => row.TenantId == tenant.Id && row.State != SubscriptionState.Deleted && row.State != SubscriptionState.Deleting)
            .OrderBy(row => row.Name).ToListAsync(cancellationToken);
        return
        [
            .. feeds.Select(feed => new TenantStream(
                KsqlNames.Local(feed.Name), TenantStreamOrigin.Feed, TopicNames.Feed(tenant.Slug, feed.Name), FeedSchema.Columns(feed), [],
                feed.Kind is FeedKind.State)),
            .. subscriptions.Select(row => StreamOf(tenant, row)),
        ];
    }

    private static TenantStream StreamOf(Tenant tenant, Subscription subscription)
    {
        var current = subscription.Versions.Single(version => version.Number == subscription.CurrentVersion);
        return new TenantStream(
            KsqlNames.Local(subscription.Name), TenantStreamOrigin.Subscription, TopicNames.Delivery(tenant.Slug, subscription.Name),
            [.. current.ResultSchema.Select(column => new KsqlColumnSpec(column.Name, column.Type, column.IsKey))], current.Reads, KeepsState: false);
    }
}
