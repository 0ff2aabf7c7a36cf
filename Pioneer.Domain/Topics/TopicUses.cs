using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Topics;

/// <summary>A subscription with the topics between which its query runs.</summary>
/// <param name="Reads">Topics that its present version reads.</param>
/// <param name="Writes">Its delivery topic.</param>
/// <param name="ConsumerGroup">Group of its query: the committed offsets tell how far it is.</param>
public sealed record SubscriptionUse(string Name, SubscriptionState State, ImmutableArray<string> Reads, string Writes, string ConsumerGroup);

/// <summary>What of a tenant writes and reads its topics, as far as the portal's own rows say.</summary>
/// <param name="Feeds">Topic to the feed that fills it.</param>
public sealed record TenantTopicUses(TenantSlug Tenant, ImmutableSortedDictionary<string, string> Feeds, ImmutableArray<SubscriptionUse> Subscriptions);

/// <summary>Which feeds and subscriptions use which topics of a tenant. Whoever shows topics or groups asks it first: it refuses who may not see the tenant.</summary>
public sealed class TopicUses(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<TenantTopicUses>> FindAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var feeds = await (from row in db.Entitlements.AsNoTracking()
                           join feed in db.Feeds on row.FeedId equals feed.Id
                           where row.TenantId == tenant.Id
                           select feed.Name).Distinct().ToListAsync(cancellationToken);
        var subscriptions = await db.Subscriptions.AsNoTracking().Include(row => row.Versions)
            .Where(row => row.TenantId == tenant.Id && row.State != SubscriptionState.Deleted).OrderBy(row => row.Name).ToListAsync(cancellationToken);
        var service = KsqlNames.ServiceId(tenant);
        return new TenantTopicUses(
            tenant.Slug,
            feeds.ToImmutableSortedDictionary(name => TopicNames.Feed(tenant.Slug, name), name => name, StringComparer.Ordinal),
            [
                .. from row in subscriptions
                   let current = row.Versions.Single(version => version.Number == row.CurrentVersion)
                   select new SubscriptionUse(
                       row.Name, row.State, [.. current.Reads], TopicNames.Delivery(tenant.Slug, row.Name), ConsumerGroups.Query(service, current.QueryId)),
            ]);
    }
}
