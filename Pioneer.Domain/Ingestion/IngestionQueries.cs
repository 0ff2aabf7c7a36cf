using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>A source in a list; the password never leaves.</summary>
public sealed record SourceRow(
    SourceId Id, string Name, string Description, SourceKind Kind, string ConnectionUrl, string? Username, bool HasPassword, DateTimeOffset? LastTestedAt,
    string? LastTestError, string TimeZone, int Feeds, long Revision);

/// <summary>A feed in a list, whole.</summary>
public sealed record FeedRow(
    FeedId Id, string Name, string Description, string Source, string Table, FeedKind Kind, ImmutableArray<FeedColumn> Columns,
    ImmutableArray<string> KeyColumns, string? TimestampColumn, string? IncrementingColumn, string TenantColumn, int PollIntervalMs, int CommitDelayMs, long RetentionMs,
    int? Partitions, int Tenants, long Revision)
{
    /// <summary>Milliseconds that one query of the source may take; null where the feed leaves it to the source's address or the platform.</summary>
    public int? QueryLimitMs { get; init; }
}

/// <summary>One row of the matrix: a tenant and what it is granted, by feed name.</summary>
public sealed record MatrixRow(string Tenant, string Name, TenantState State, ImmutableDictionary<string, MatrixCell> Feeds);

/// <summary>A ticked cell of the matrix.</summary>
public sealed record MatrixCell(string TenantValue, bool Paused, DateTimeOffset GrantedAt, string GrantedBy);

/// <summary>The matrix of tenants by feeds, one page of tenants at a time.</summary>
public sealed record Matrix(IReadOnlyList<FeedRow> Feeds, Page<MatrixRow> Tenants);

/// <summary>A connector that is wanted; how it fares is for the platform to say.</summary>
public sealed record ConnectorRow(string Name, string Tenant, string Feed, FeedKind Kind, string Source, bool Paused);

/// <summary>Sources, feeds, the matrix and the wanted connectors.</summary>
public sealed class IngestionQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<IReadOnlyList<SourceRow>>> SourcesAsync(Actor actor, Window window, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await SourceRows(db, db.Sources.OrderBy(row => row.Name).Skip(window.Skip).Take(window.Take)).ToListAsync(cancellationToken);
    }

    public async Task<Result<SourceRow>> SourceAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await SourceRows(db, db.Sources.Where(row => row.Name == name)).SingleOrDefaultAsync(cancellationToken);
        return found is null ? Error.NotFound("Source", name) : found;
    }

    public async Task<Result<FeedRow>> FeedAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FeedRows(db, db.Feeds.Where(row => row.Name == name)).SingleOrDefaultAsync(cancellationToken);
        return found is null ? Error.NotFound("Feed", name) : found;
    }

    public async Task<Result<IReadOnlyList<FeedRow>>> FeedsAsync(Actor actor, Window window, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FeedRows(db, db.Feeds.OrderBy(row => row.Name).Skip(window.Skip).Take(window.Take)).ToListAsync(cancellationToken);
    }

    public async Task<Result<Matrix>> MatrixAsync(Actor actor, string? search, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var feeds = await FeedRows(db, db.Feeds.OrderBy(row => row.Name)).ToListAsync(cancellationToken);
        var names = feeds.ToDictionary(feed => feed.Id, feed => feed.Name);
        var filter = new TenantFilter(search, Cursor: cursor, Limit: limit);
        var tenants = await TenantQueries.ListAsync(db, actor, filter, cancellationToken);
        var ids = tenants.Items.Select(row => row.Id).ToList();
        var cells = (await db.Entitlements.AsNoTracking().Where(row => ids.Contains(row.TenantId) && row.State == EntitlementState.Granted)
            .ToListAsync(cancellationToken)).ToLookup(row => row.TenantId);
        var rows = tenants.Items.Select(tenant => new MatrixRow(tenant.Slug, tenant.Name, tenant.State, cells[tenant.Id].ToImmutableDictionary(
            cell => names[cell.FeedId], cell => new MatrixCell(cell.TenantValue, cell.Paused, cell.GrantedAt, cell.GrantedBy)))).ToList();
        return new Matrix(feeds, new Page<MatrixRow>(rows, tenants.NextCursor, tenants.Total));
    }

    /// <summary>Connectors that are wanted, of one tenant or of all that the actor sees.</summary>
    public async Task<Result<IReadOnlyList<ConnectorRow>>> ConnectorsAsync(
        Actor actor, string? tenant, Window window, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var granted = db.Entitlements.AsNoTracking().Visible(actor, row => row.TenantId).Where(row => row.State == EntitlementState.Granted);
        if (tenant is not null)
        {
            var found = await db.FindTenantAsync(actor, tenant, TenantPermission.View, cancellationToken);
            if (found.IsFailure)
            {
                return found.Error;
            }

            var id = found.Value.Id;
            granted = granted.Where(row => row.TenantId == id);
        }

        var rows = await (from entitlement in granted
                          join owner in db.Tenants on entitlement.TenantId equals owner.Id
                          join feed in db.Feeds on entitlement.FeedId equals feed.Id
                          join source in db.Sources on feed.SourceId equals source.Id
                          where owner.State != TenantState.Deleted
                          orderby owner.Slug, feed.Name
                          select new { owner.Slug, owner.State, feed.Name, feed.Kind, Source = source.Name, entitlement.Paused })
            .Skip(window.Skip).Take(window.Take).ToListAsync(cancellationToken);
        return rows.Select(row => new ConnectorRow(
            TopicNames.Feed(row.Slug, row.Name), row.Slug.Value, row.Name, row.Kind, row.Source, row.Paused || row.State is TenantState.Suspended)).ToList();
    }

    private static IQueryable<SourceRow> SourceRows(PioneerDbContext db, IQueryable<Source> sources) =>
        sources.AsNoTracking().Select(row => new SourceRow(
            row.Id, row.Name, row.Description, row.Kind, row.ConnectionUrl, row.Username, row.PasswordSecret != null, row.LastTestedAt, row.LastTestError, row.TimeZone,
            db.Feeds.Count(feed => feed.SourceId == row.Id), row.Revision));

    private static IQueryable<FeedRow> FeedRows(PioneerDbContext db, IQueryable<Feed> feeds) =>
        feeds.AsNoTracking().Select(row => new FeedRow(
            row.Id, row.Name, row.Description, db.Sources.Where(source => source.Id == row.SourceId).Select(source => source.Name).First(), row.Table, row.Kind,
            row.Columns, row.KeyColumns, row.TimestampColumn, row.IncrementingColumn, row.TenantColumn, row.PollIntervalMs, row.CommitDelayMs, row.RetentionMs, row.Partitions,
            db.Entitlements.Count(item => item.FeedId == row.Id && item.State == EntitlementState.Granted), row.Revision)
        {
            QueryLimitMs = row.QueryLimitMs,
        });
}
