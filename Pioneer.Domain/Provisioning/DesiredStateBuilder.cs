using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Reads wanted state from the database: for one tenant, or for all in a constant number of queries.</summary>
public sealed class DesiredStateBuilder(
    IDbContextFactory<PioneerDbContext> contexts, IOptions<ProvisioningOptions> options, TimeProvider clock)
{
    public DesiredState Describe(WantedTenant wanted, WantedProtection protection) => TenantDesiredState.Describe(wanted, options.Value, protection);

    /// <summary>The rows of one tenant, untracked, for building and for 'what if' plans; null when there is none with this slug in the caller's scope.</summary>
    public async Task<WantedTenant?> LoadAsync(TenantSlug tenant, CancellationToken cancellationToken) =>
        (await LoadAsync([tenant], cancellationToken)).SingleOrDefault();

    /// <summary>The rows of the tenants with these slugs; without those that there are none of in the caller's scope.</summary>
    public async Task<ImmutableArray<WantedTenant>> LoadAsync(IReadOnlyCollection<TenantSlug> tenants, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await LoadAsync(db, db.Tenants.Where(row => tenants.Contains(row.Slug)), cancellationToken);
    }

    /// <summary>The rows of every tenant that is not gone.</summary>
    public async Task<ImmutableArray<WantedTenant>> LoadAllAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await LoadAsync(db, db.Tenants.Where(row => row.State != TenantState.Deleted), cancellationToken);
    }

    private async Task<ImmutableArray<WantedTenant>> LoadAsync(
        PioneerDbContext db, IQueryable<Tenant> selected, CancellationToken cancellationToken)
    {
        var tenants = await selected.AsNoTracking().OrderBy(row => row.Slug).ToListAsync(cancellationToken);
        var ids = selected.Select(row => row.Id);
        var entitlements = await db.Entitlements.AsNoTracking().Where(row => ids.Contains(row.TenantId)).ToListAsync(cancellationToken);
        var feeds = await db.Feeds.AsNoTracking().ToDictionaryAsync(row => row.Id, cancellationToken);
        var sources = await db.Sources.AsNoTracking().ToDictionaryAsync(row => row.Id, cancellationToken);

        // Platform secrets belong to no tenant, so that they are outside of every tenant's scope; only their generation is read here.
        var generations = await db.Secrets.IgnoreQueryFilters().AsNoTracking().Where(row => row.TenantId == null)
            .ToDictionaryAsync(row => row.Name, row => row.Generation, cancellationToken);
        var subscriptions = await db.Subscriptions.AsNoTracking().AsSplitQuery().Include(row => row.Versions)
            .Where(row => ids.Contains(row.TenantId)).OrderBy(row => row.Name).ToListAsync(cancellationToken);
        var credentials = await db.Credentials.AsNoTracking().Where(row => ids.Contains(row.TenantId)).OrderBy(row => row.Name).ToListAsync(cancellationToken);

        // Expired is revoked, whether or not the row says so yet; the rows are untracked.
        foreach (var expired in credentials.Where(row => row.State is CredentialState.Pending or CredentialState.Active && row.ExpiresAt <= clock.GetUtcNow()))
        {
            expired.State = CredentialState.Revoking;
        }

        var feedsOf = entitlements.Select(row => Wanted(row, feeds[row.FeedId], sources, generations)).ToLookup(feed => feed.Entitlement.TenantId);
        var subscriptionsOf = subscriptions.ToLookup(row => row.TenantId);
        var credentialsOf = credentials.ToLookup(row => row.TenantId);
        return
        [
            .. tenants.Select(tenant => new WantedTenant(
                tenant, [.. feedsOf[tenant.Id]], [.. subscriptionsOf[tenant.Id]], [.. credentialsOf[tenant.Id]])),
        ];
    }

    private static WantedFeed Wanted(
        Entitlement entitlement, Feed feed, Dictionary<SourceId, Source> sources, Dictionary<string, int> generations)
    {
        var source = sources[feed.SourceId];
        var generation = source.PasswordSecret is { } secret ? generations.GetValueOrDefault(secret) : 0;
        return new WantedFeed(entitlement, feed, source, generation);
    }
}
