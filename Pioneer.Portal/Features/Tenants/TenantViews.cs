using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>One tenant as the list shows it.</summary>
public sealed record TenantLine(
    TenantSlug Slug, string Name, TenantState State, IsolationLevel Isolation, int? Drift, DateTimeOffset? DriftCheckedAt, int Feeds,
    int Subscriptions, DateTimeOffset CreatedAt);

/// <summary>One page of the list and how many there are in all.</summary>
public sealed record TenantList(IReadOnlyList<TenantLine> Rows, int Total);

/// <summary>The head of a tenant's pages.</summary>
public sealed record TenantHead(
    Domain.TenantId Id, TenantSlug Slug, string Name, TenantState State, IsolationLevel Isolation, string? KsqlUrl, TenantLimits Limits, int? Drift, DateTimeOffset? DriftCheckedAt,
    DateTimeOffset CreatedAt, string CreatedBy, long Revision, int Feeds, int Subscriptions, int Credentials, int Members, Domain.OperationId? RunningOperation);

/// <summary>Columns that the list can be sorted by.</summary>
public enum TenantSort
{
    Name,
    Slug,
    State,
    Created,
}

/// <summary>Reads tenants within the tenant scope of the circuit.</summary>
public sealed class TenantViews(IDbContextFactory<PioneerDbContext> databases)
{
    public const int PageSize = 50;

    public async Task<TenantList> ListAsync(
        string? text, TenantState? state, bool drifted, TenantSort sort, bool descending, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Tenants.AsNoTracking();
        rows = state is { } wanted ? rows.Where(t => t.State == wanted) : rows.Where(t => t.State != TenantState.Deleted);
        if (drifted)
        {
            rows = rows.Where(t => t.DriftCount > 0);
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(t => t.Name.Contains(term) || ((string)(object)t.Slug).Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        var sorted = (sort, descending) switch
        {
            (TenantSort.Slug, false) => rows.OrderBy(t => t.Slug),
            (TenantSort.Slug, true) => rows.OrderByDescending(t => t.Slug),
            (TenantSort.State, false) => rows.OrderBy(t => t.State).ThenBy(t => t.Name),
            (TenantSort.State, true) => rows.OrderByDescending(t => t.State).ThenBy(t => t.Name),
            (TenantSort.Created, false) => rows.OrderBy(t => t.CreatedAt),
            (TenantSort.Created, true) => rows.OrderByDescending(t => t.CreatedAt),
            (_, true) => rows.OrderByDescending(t => t.Name),
            _ => rows.OrderBy(t => t.Name),
        };
        var list = await sorted.Skip((page - 1) * PageSize).Take(PageSize).Select(t => new TenantLine(
            t.Slug, t.Name, t.State, t.Isolation, t.DriftCount, t.DriftCheckedAt,
            database.Entitlements.Count(e => e.TenantId == t.Id && e.State == EntitlementState.Granted),
            database.Subscriptions.Count(s => s.TenantId == t.Id && s.State != SubscriptionState.Deleted),
            t.CreatedAt)).ToListAsync(cancellationToken);
        return new TenantList(list, total);
    }

    /// <summary>Null for a slug that is not there or that the person does not see.</summary>
    public async Task<TenantHead?> HeadAsync(string slug, CancellationToken cancellationToken)
    {
        if (TenantSlug.Create(slug) is not { IsSuccess: true, Value: var wanted })
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Tenants.AsNoTracking().Where(t => t.Slug == wanted).Select(t => new TenantHead(
            t.Id, t.Slug, t.Name, t.State, t.Isolation, t.KsqlUrl, t.Limits, t.DriftCount, t.DriftCheckedAt, t.CreatedAt, t.CreatedBy, t.Revision,
            database.Entitlements.Count(e => e.TenantId == t.Id && e.State == EntitlementState.Granted),
            database.Subscriptions.Count(s => s.TenantId == t.Id && s.State != SubscriptionState.Deleted),
            database.Credentials.Count(c => c.TenantId == t.Id && c.RevokedAt == null),
            database.Memberships.Count(m => m.TenantId == t.Id),
            database.Operations.Where(o => o.TenantId == t.Id && (o.State == OperationState.Queued || o.State == OperationState.Running))
                .OrderBy(o => o.RequestedAt).Select(o => (Domain.OperationId?)o.Id).FirstOrDefault())).FirstOrDefaultAsync(cancellationToken);
    }
}
