using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Shell;

/// <summary>Search over the portal's own rows; topics are found by the names that their feeds and subscriptions give them.</summary>
public sealed class DatabaseSearch(IDbContextFactory<PioneerDbContext> databases) : IPortalSearch
{
    private const int Each = 5;
    private const int Most = 10;

    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, CancellationToken cancellationToken)
    {
        var term = text.Trim();
        if (term.Length == 0)
        {
            return [];
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var like = $"%{term.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
        var tenants = await database.Tenants.AsNoTracking()
            .Where(t => t.State != TenantState.Deleted && (EF.Functions.Like(t.Name, like, "\\") || EF.Functions.Like((string)(object)t.Slug, like, "\\")))
            .OrderBy(t => t.Name).Take(Each).Select(t => new { t.Slug, t.Name }).ToListAsync(cancellationToken);
        var subscriptions = await database.Subscriptions.AsNoTracking()
            .Where(s => s.State != SubscriptionState.Deleted && EF.Functions.Like(s.Name, like, "\\"))
            .Join(database.Tenants, s => s.TenantId, t => t.Id, (s, t) => new { s.Name, t.Slug })
            .OrderBy(s => s.Name).Take(Each).ToListAsync(cancellationToken);
        var feeds = await database.Entitlements.AsNoTracking()
            .Join(database.Feeds, e => e.FeedId, f => f.Id, (e, f) => new { e.TenantId, f.Name })
            .Where(f => EF.Functions.Like(f.Name, like, "\\"))
            .Join(database.Tenants, f => f.TenantId, t => t.Id, (f, t) => new { f.Name, t.Slug })
            .OrderBy(f => f.Name).Take(Each).ToListAsync(cancellationToken);

        return
        [
            .. tenants.Select(t => new SearchHit($"{t.Name} · {t.Slug}", "tenant", PortalUrls.Tenant(t.Slug.Value), PioneerIcons.Tenants))
                .Concat(subscriptions.Select(s => new SearchHit($"{s.Slug}.d.{s.Name}", "subscription", PortalUrls.Subscription(s.Slug.Value, s.Name), PioneerIcons.Subscriptions)))
                .Concat(feeds.Select(f => new SearchHit(TopicNames.Feed(f.Slug, f.Name), "topic", PortalUrls.Tenant(f.Slug.Value, "topics"), PioneerIcons.Ingestion)))
                .Take(Most),
        ];
    }
}
