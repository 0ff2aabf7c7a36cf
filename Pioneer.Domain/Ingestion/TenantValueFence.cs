using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>What somebody wants: that the rows of a value are one tenant's.</summary>
/// <param name="IsNew">False where the tenant has the feed by this value already.</param>
/// <param name="TellsApart">Somebody has seen that the source tells the value from those of other tenants.</param>
internal sealed record TenantValueClaim(Feed Feed, TenantId Tenant, TenantSlug Slug, string Value, bool IsNew, bool TellsApart);

/// <summary>The claims of one request.</summary>
/// <param name="Wanted">Those that stay as they are first.</param>
/// <param name="Changed">What the request sets, grants and revocations: what stood there before is nobody's any more.</param>
internal sealed record TenantValueClaims(ImmutableArray<TenantValueClaim> Wanted, IReadOnlySet<(TenantId Tenant, FeedId Feed)> Changed);

/// <summary>
/// A row goes to the tenant whose value it holds. With one value for two tenants each would get the other's rows, and also with two that the source holds
/// for the same: by its collation, by blanks, or by a type in which 07 is 7. So the source is asked, and where it does not answer a value that differs by
/// case, accents or width only is held for the same, and in a column that is no text every other.
/// </summary>
public sealed class TenantValueFence(ManageSources sources)
{
    /// <summary>How the sources read the new values beside those of other tenants; none of a feed whose source does not answer.</summary>
    internal async Task<Dictionary<FeedId, ImmutableArray<TenantValueReading>>> ReadAsync(
        PioneerDbContext db, TenantValueClaims claims, CancellationToken cancellationToken)
    {
        var readings = new Dictionary<FeedId, ImmutableArray<TenantValueReading>>();
        var silent = new HashSet<SourceId>();
        var asked = claims.Wanted.GroupBy(claim => claim.Feed.Id).Where(feed => feed.Any(claim => claim.IsNew)).ToList();
        var owned = asked.Count == 0 ? [] : await OwnersAsync(db, claims, cancellationToken);
        foreach (var group in asked)
        {
            var feed = group.First().Feed;
            if (silent.Contains(feed.SourceId))
            {
                continue;
            }

            var values = owned.Where(owner => owner.Feed == feed.Id).Select(owner => owner.Value)
                .Concat(group.Select(claim => claim.Value)).Distinct(StringComparer.Ordinal).ToImmutableArray();
            var read = await sources.ReadTenantValuesAsync(feed, values, cancellationToken);
            if (read.IsSuccess)
            {
                readings[feed.Id] = read.Value;
            }
            else if (read.Error.Kind is ErrorKind.Unavailable)
            {
                silent.Add(feed.SourceId);
            }
        }

        return readings;
    }

    /// <summary>Why one of the claims cannot be, or null. Called where nobody else writes grants until the claims are kept.</summary>
    internal static async Task<Error?> FindAsync(
        PioneerDbContext db, TenantValueClaims claims, IReadOnlyDictionary<FeedId, ImmutableArray<TenantValueReading>> readings,
        CancellationToken cancellationToken)
    {
        var owners = await OwnersAsync(db, claims, cancellationToken);
        foreach (var feed in claims.Wanted.GroupBy(claim => claim.Feed.Id))
        {
            var held = new HeldValues(feed.First().Feed, readings.GetValueOrDefault(feed.Key, []));
            foreach (var owner in owners.Where(owner => owner.Feed == feed.Key))
            {
                held.Add(owner.Value, owner.Slug);
            }

            foreach (var claim in feed)
            {
                if (held.Find(claim) is { } error)
                {
                    return error;
                }

                held.Add(claim.Value, claim.Slug);
            }
        }

        return null;
    }

    /// <summary>Why the feed cannot be read so while it is granted as it is: its table or column holds values of two tenants for the same. Null where it can.</summary>
    internal async Task<Error?> FindSharedAsync(PioneerDbContext db, Feed changed, CancellationToken cancellationToken)
    {
        var owners = await OwnersAsync(db, [changed.Id], cancellationToken);
        var read = owners.Count < 2 ? ImmutableArray<TenantValueReading>.Empty
            : await sources.ReadTenantValuesAsync(changed, [.. owners.Select(owner => owner.Value).Distinct(StringComparer.Ordinal)], cancellationToken);
        var held = new HeldValues(changed, read.IsSuccess ? read.Value : []);
        foreach (var owner in owners)
        {
            if (held.FindShared(owner.Value, tellsApart: false) is { } shared)
            {
                return shared;
            }

            held.Add(owner.Value, owner.Slug);
        }

        return null;
    }

    private static async Task<List<Owner>> OwnersAsync(PioneerDbContext db, TenantValueClaims claims, CancellationToken cancellationToken)
    {
        var owners = await OwnersAsync(db, [.. claims.Wanted.Select(claim => claim.Feed.Id).Distinct()], cancellationToken);
        owners.RemoveAll(owner => claims.Changed.Contains((owner.Tenant, owner.Feed)));
        return owners;
    }

    /// <summary>Whose the values are; of tenants outside of the caller's scope too.</summary>
    private static Task<List<Owner>> OwnersAsync(PioneerDbContext db, List<FeedId> feeds, CancellationToken cancellationToken) =>
        db.Entitlements.IgnoreQueryFilters().AsNoTracking()
            .Where(row => feeds.Contains(row.FeedId) && row.State == EntitlementState.Granted)
            .Join(
                db.Tenants.IgnoreQueryFilters().Where(row => row.State != TenantState.Deleted), row => row.TenantId, row => row.Id,
                (row, tenant) => new Owner(row.FeedId, row.TenantId, row.TenantValue, tenant.Slug))
            .ToListAsync(cancellationToken);

    private sealed record Owner(FeedId Feed, TenantId Tenant, string Value, TenantSlug Slug);
}
