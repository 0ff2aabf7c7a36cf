using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Auditing;

/// <summary>What part of the audit log to show, newest first.</summary>
public sealed record AuditFilter(
    string? Tenant = null, string? Actor = null, string? Action = null, string? Search = null, DateTimeOffset? From = null, DateTimeOffset? To = null,
    string? Cursor = null, int? Limit = null);

/// <summary>One line of the audit log.</summary>
public sealed record AuditRow(
    long Id, DateTimeOffset At, string ActorId, string ActorName, string Action, string SubjectKind, string Subject, string? Tenant, string? Before,
    string? After, OperationId? OperationId);

/// <summary>The audit log: of all for platform people, of their tenants for others.</summary>
public sealed class AuditQuery(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<Page<AuditRow>>> ListAsync(Actor actor, AuditFilter filter, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.AuditEntries.AsNoTracking().Visible(actor, row => row.TenantId);
        if (filter.Tenant is { Length: > 0 } slug)
        {
            var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
            if (found.IsFailure)
            {
                return found.Error;
            }

            var id = found.Value.Id;
            rows = rows.Where(row => row.TenantId == id);
        }

        rows = Narrow(rows, filter);
        var total = await rows.CountAsync(cancellationToken);
        if (long.TryParse(Cursor.Read(filter.Cursor), out var before))
        {
            rows = rows.Where(row => row.Id < before);
        }

        var limit = PageSize.Clamp(filter.Limit);
        var items = await (from row in rows.OrderByDescending(row => row.Id).Take(limit + 1)
                           join tenant in db.Tenants on row.TenantId equals (TenantId?)tenant.Id into tenants
                           from tenant in tenants.DefaultIfEmpty()
                           orderby row.Id descending
                           select new { row, Slug = (TenantSlug?)tenant.Slug }).ToListAsync(cancellationToken);
        var page = items.Take(limit).Select(item => new AuditRow(
            item.row.Id, item.row.At, item.row.ActorId, item.row.ActorName, item.row.Action, item.row.SubjectKind, item.row.Subject,
            item.Slug?.Value, item.row.Before, item.row.After, item.row.OperationId)).ToList();
        return new Page<AuditRow>(page, items.Count > limit ? Cursor.Of(page[^1].Id.ToString()) : null, total);
    }

    private static IQueryable<AuditEntry> Narrow(IQueryable<AuditEntry> rows, AuditFilter filter)
    {
        if (filter.Actor is { Length: > 0 } actor)
        {
            rows = rows.Where(row => row.ActorId == actor || row.ActorName.Contains(actor));
        }

        if (filter.Action is { Length: > 0 } action)
        {
            rows = rows.Where(row => row.Action == action);
        }

        if (filter.Search is { Length: > 0 } text)
        {
            rows = rows.Where(row => row.Subject.Contains(text) || row.Action.Contains(text));
        }

        if (filter.From is { } from)
        {
            rows = rows.Where(row => row.At >= from);
        }

        return filter.To is { } to ? rows.Where(row => row.At < to) : rows;
    }
}
