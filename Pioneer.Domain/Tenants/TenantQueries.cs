using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Subscriptions;

namespace Pioneer.Domain.Tenants;

/// <summary>What part of the list of tenants to show.</summary>
/// <param name="Search">Part of the slug or the name, in any case.</param>
/// <param name="Sort"><c>slug</c> (default), <c>name</c>, <c>-created</c>, <c>-drift</c>.</param>
public sealed record TenantFilter(
    string? Search = null, TenantState? State = null, bool OnlyDrifted = false, string? Sort = null, string? Cursor = null, int? Limit = null);

/// <summary>A tenant in a list.</summary>
public sealed record TenantRow(
    TenantId Id, string Slug, string Name, IsolationLevel Isolation, TenantState State, int? DriftCount, DateTimeOffset? DriftCheckedAt,
    int Feeds, int Subscriptions, DateTimeOffset CreatedAt, long Revision);

/// <summary>A tenant on its own page.</summary>
public sealed record TenantDetail(
    TenantRow Tenant, string? KsqlUrl, TenantLimits Limits, string CreatedBy, int Credentials, int Members, int SeedJobs, int OpenIncidents);

/// <summary>Lists and details of tenants; paging, search and sorting happen in the database.</summary>
public sealed class TenantQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Page<TenantRow>> ListAsync(Actor actor, TenantFilter filter, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await ListAsync(db, actor, filter, cancellationToken);
    }

    internal static async Task<Page<TenantRow>> ListAsync(PioneerDbContext db, Actor actor, TenantFilter filter, CancellationToken cancellationToken)
    {
        var rows = Narrow(db.Tenants.AsNoTracking().Visible(actor), filter);
        var total = await rows.CountAsync(cancellationToken);
        var limit = PageSize.Clamp(filter.Limit);

        // Slugs are unique, so the plain order goes on from the last one seen; other orders go on from a count.
        var skip = 0;
        if (Cursor.Read(filter.Cursor) is { } position)
        {
            if (filter.Sort is null or "slug")
            {
                var last = TenantSlug.Create(position);
                rows = last.IsSuccess ? rows.Where(row => row.Slug > last.Value) : rows;
            }
            else
            {
                skip = int.TryParse(position, out var seen) ? seen : 0;
            }
        }

        var items = await Select(db, Sorted(rows, filter.Sort).Skip(skip).Take(limit + 1)).ToListAsync(cancellationToken);
        var page = items.Take(limit).ToList();
        var next = items.Count <= limit ? null
            : filter.Sort is null or "slug" ? Cursor.Of(page[^1].Slug)
            : Cursor.Of((skip + limit).ToString());
        return new Page<TenantRow>(page, next, total);
    }

    public async Task<Result<TenantDetail>> GetAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var row = await Select(db, db.Tenants.Where(candidate => candidate.Id == tenant.Id)).SingleAsync(cancellationToken);
        return new TenantDetail(
            row, tenant.KsqlUrl, tenant.Limits, tenant.CreatedBy,
            await db.Credentials.CountAsync(item => item.TenantId == tenant.Id && (item.State == CredentialState.Active || item.State == CredentialState.Pending), cancellationToken),
            await db.Memberships.CountAsync(item => item.TenantId == tenant.Id, cancellationToken),
            await db.SeedJobs.CountAsync(item => item.TenantId == tenant.Id, cancellationToken),
            await db.IncidentTenants.CountAsync(
                item => item.TenantId == tenant.Id && db.Incidents.Any(incident => incident.Id == item.IncidentId && incident.State != Recovery.IncidentState.Closed),
                cancellationToken));
    }

    private static IQueryable<Tenant> Narrow(IQueryable<Tenant> rows, TenantFilter filter)
    {
        rows = filter.State is { } state ? rows.Where(row => row.State == state) : rows.Where(row => row.State != TenantState.Deleted);
        if (filter.OnlyDrifted)
        {
            rows = rows.Where(row => row.DriftCount > 0);
        }

        if (string.IsNullOrWhiteSpace(filter.Search))
        {
            return rows;
        }

        var pattern = LikePattern.Containing(filter.Search);
        return rows.Where(row => EF.Functions.Like((string)(object)row.Slug, pattern, LikePattern.EscapeCharacter) || EF.Functions.Like(row.Name, pattern, LikePattern.EscapeCharacter));
    }

    private static IQueryable<Tenant> Sorted(IQueryable<Tenant> rows, string? sort) => sort switch
    {
        "name" => rows.OrderBy(row => row.Name).ThenBy(row => row.Slug),
        "-name" => rows.OrderByDescending(row => row.Name).ThenBy(row => row.Slug),
        "-slug" => rows.OrderByDescending(row => row.Slug),
        "created" => rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Slug),
        "-created" => rows.OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Slug),
        "-drift" => rows.OrderByDescending(row => row.DriftCount).ThenBy(row => row.Slug),
        _ => rows.OrderBy(row => row.Slug),
    };

    private static IQueryable<TenantRow> Select(PioneerDbContext db, IQueryable<Tenant> rows) => rows.Select(row => new TenantRow(
        row.Id, row.Slug.Value, row.Name, row.Isolation, row.State, row.DriftCount, row.DriftCheckedAt,
        db.Entitlements.Count(item => item.TenantId == row.Id && item.State == EntitlementState.Granted),
        db.Subscriptions.Count(item => item.TenantId == row.Id && item.State != SubscriptionState.Deleted),
        row.CreatedAt, row.Revision));
}
