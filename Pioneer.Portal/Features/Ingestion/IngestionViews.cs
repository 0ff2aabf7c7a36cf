using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>One source as the list shows it.</summary>
public sealed record SourceLine(
    string Name, string Description, SourceKind Kind, string ConnectionUrl, string? Username, DateTimeOffset? LastTestedAt, string? LastTestError, int Feeds, long Revision,
    string TimeZone);

/// <summary>One feed as lists show it.</summary>
public sealed record FeedLine(
    string Name, string Description, string Source, string Table, FeedKind Kind, ImmutableArray<string> KeyColumns, string TenantColumn, int PollIntervalMs,
    long RetentionMs, int Columns, int Tenants, string NotSeen, TimeSpan QueryLimit);

/// <summary>One row of the matrix: the feeds that the tenant has, by name.</summary>
public sealed record MatrixLine(string Slug, string Name, TenantState State, ImmutableHashSet<string> Granted);

/// <summary>One page of the matrix.</summary>
public sealed record MatrixView(IReadOnlyList<FeedLine> Feeds, IReadOnlyList<MatrixLine> Tenants, int Total);

/// <summary>A tenant's right to a feed with the connector that serves it.</summary>
public sealed record EntitlementLine(
    string Slug, string Feed, FeedKind Kind, EntitlementState State, string TenantValue, bool Paused, string Topic, DateTimeOffset GrantedAt, string GrantedBy, string Source);

/// <summary>One page of connectors and how many there are in all.</summary>
public sealed record EntitlementList(IReadOnlyList<EntitlementLine> Rows, int Total);

/// <summary>Reads sources, feeds and entitlements within the tenant scope of the circuit.</summary>
public sealed class IngestionViews(IDbContextFactory<PioneerDbContext> databases)
{
    public const int PageSize = 50;

    public async Task<IReadOnlyList<SourceLine>> SourcesAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Sources.AsNoTracking().OrderBy(s => s.Name).Select(s => new SourceLine(
            s.Name, s.Description, s.Kind, s.ConnectionUrl, s.Username, s.LastTestedAt, s.LastTestError,
            database.Feeds.Count(f => f.SourceId == s.Id), s.Revision, s.TimeZone)).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<FeedLine>> FeedsAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await FeedsAsync(database, cancellationToken);
    }

    public async Task<MatrixView> MatrixAsync(string? text, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var feeds = await FeedsAsync(database, cancellationToken);
        var tenants = database.Tenants.AsNoTracking().Where(t => t.State != TenantState.Deleted && t.State != TenantState.Offboarding);
        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            tenants = tenants.Where(t => t.Name.Contains(term) || ((string)(object)t.Slug).Contains(term));
        }

        var total = await tenants.CountAsync(cancellationToken);
        var shown = await tenants.OrderBy(t => t.Slug).Skip((page - 1) * PageSize).Take(PageSize).Select(t => new { t.Id, t.Slug, t.Name, t.State }).ToListAsync(cancellationToken);
        var ids = shown.Select(t => t.Id).ToList();
        var granted = await database.Entitlements.AsNoTracking().Where(e => e.State == EntitlementState.Granted && ids.Contains(e.TenantId))
            .Join(database.Feeds, e => e.FeedId, f => f.Id, (e, f) => new { e.TenantId, f.Name }).ToListAsync(cancellationToken);
        var byTenant = granted.ToLookup(g => g.TenantId, g => g.Name);
        return new MatrixView(feeds, [.. shown.Select(t => new MatrixLine(t.Slug.Value, t.Name, t.State, [.. byTenant[t.Id]]))], total);
    }

    /// <summary>Granted feeds of one tenant; none for a slug that is not there or that the person does not see.</summary>
    public async Task<IReadOnlyList<EntitlementLine>> EntitlementsAsync(string slug, CancellationToken cancellationToken)
    {
        if (TenantSlug.Create(slug) is not { IsSuccess: true, Value: var wanted })
        {
            return [];
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(Granted(database, database.Tenants.AsNoTracking().Where(t => t.Slug == wanted)), cancellationToken);
    }

    /// <summary>One page of the granted feeds of all that the person sees, narrowed to tenants or feeds with this in their name. Pages are 1-based.</summary>
    public async Task<EntitlementList> EntitlementsAsync(string? text, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = Granted(database, database.Tenants.AsNoTracking());
        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(r => r.Feed.Name.Contains(term) || ((string)(object)r.Slug).Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        return new EntitlementList(await ReadAsync(rows.Skip((page - 1) * PageSize).Take(PageSize), cancellationToken), total);
    }

    private static IQueryable<GrantedFeed> Granted(PioneerDbContext database, IQueryable<Tenant> tenants) =>
        from entitlement in database.Entitlements.AsNoTracking()
        where entitlement.State == EntitlementState.Granted
        join feed in database.Feeds on entitlement.FeedId equals feed.Id
        join source in database.Sources on feed.SourceId equals source.Id
        join tenant in tenants on entitlement.TenantId equals tenant.Id
        orderby tenant.Slug, feed.Name
        select new GrantedFeed { Entitlement = entitlement, Feed = feed, Slug = tenant.Slug, Source = source.Name };

    private static async Task<IReadOnlyList<EntitlementLine>> ReadAsync(IQueryable<GrantedFeed> rows, CancellationToken cancellationToken)
    {
        var read = await rows.ToListAsync(cancellationToken);
        return [.. read.Select(r => new EntitlementLine(
            r.Slug.Value, r.Feed.Name, r.Feed.Kind, r.Entitlement.State, r.Entitlement.TenantValue, r.Entitlement.Paused, TopicNames.Feed(r.Slug, r.Feed.Name),
            r.Entitlement.GrantedAt, r.Entitlement.GrantedBy, r.Source))];
    }

    private static async Task<IReadOnlyList<FeedLine>> FeedsAsync(PioneerDbContext database, CancellationToken cancellationToken)
    {
        var rows = await database.Feeds.AsNoTracking().OrderBy(f => f.Name).Join(database.Sources, f => f.SourceId, s => s.Id, (f, s) => new
        {
            Feed = f,
            Source = s.Name,
            s.ConnectionUrl,
            Tenants = database.Entitlements.Count(e => e.FeedId == f.Id && e.State == EntitlementState.Granted),
        }).ToListAsync(cancellationToken);
        return [.. rows.OrderBy(r => r.Feed.Name, StringComparer.Ordinal).Select(r => new FeedLine(
            r.Feed.Name, r.Feed.Description, r.Source, r.Feed.Table, r.Feed.Kind, r.Feed.KeyColumns, r.Feed.TenantColumn, r.Feed.PollIntervalMs,
            r.Feed.RetentionMs, r.Feed.Columns.Length, r.Tenants,
            FeedSight.NotSeen(r.Feed.Kind, r.Feed.TimestampColumn, r.Feed.IncrementingColumn, r.Feed.CommitDelayMs),
            QueryLimits.Of(r.Feed.QueryLimitMs, r.ConnectionUrl)))];
    }

    private sealed class GrantedFeed
    {
        public required Entitlement Entitlement { get; init; }

        public required Feed Feed { get; init; }

        public required TenantSlug Slug { get; init; }

        public required string Source { get; init; }
    }
}
