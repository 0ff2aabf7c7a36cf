using System.Text;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Activity;

/// <summary>What the list of activity is narrowed to; nulls do not narrow.</summary>
public sealed record ActivityFilter(string? Text = null, string? Action = null, string? Slug = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>One audit entry as the list shows it.</summary>
public sealed record ActivityLine(
    long Id, DateTimeOffset At, string ActorName, string Action, string SubjectKind, string Subject, string? Tenant, string? Before, string? After, OperationId? Operation);

/// <summary>One page of activity.</summary>
public sealed record AuditList(IReadOnlyList<ActivityLine> Rows, int Total);

/// <summary>Reads the audit log within the tenant scope of the circuit or request.</summary>
public sealed class AuditViews(IDbContextFactory<PioneerDbContext> databases)
{
    public const int PageSize = 100;
    private const int MaxExported = 100_000;

    public async Task<AuditList> ListAsync(ActivityFilter filter, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = Rows(database, filter);
        var total = await rows.CountAsync(cancellationToken);
        return new AuditList(await Project(database, rows.OrderByDescending(a => a.Id).Skip((page - 1) * PageSize).Take(PageSize)).ToListAsync(cancellationToken), total);
    }

    public async Task<IReadOnlyList<string>> ActionsAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.AuditEntries.AsNoTracking().Select(a => a.Action).Distinct().OrderBy(a => a).ToListAsync(cancellationToken);
    }

    /// <summary>RFC 4180 lines with a head, newest first. A field that a spreadsheet would take for a formula is quoted with an apostrophe.</summary>
    public async Task WriteCsvAsync(ActivityFilter filter, Stream output, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteAsync("at,who,action,kind,subject,tenant,before,after,operation\r\n");
        await foreach (var row in Project(database, Rows(database, filter).OrderByDescending(a => a.Id).Take(MaxExported)).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            string?[] fields = [row.At.ToString("O"), row.ActorName, row.Action, row.SubjectKind, row.Subject, row.Tenant, row.Before, row.After, row.Operation?.ToString()];
            await writer.WriteAsync(string.Join(',', fields.Select(Quote)) + "\r\n");
        }
    }

    /// <summary>One field of a CSV line.</summary>
    public static string Quote(string? field)
    {
        var text = field ?? "";
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..])
        {
            text = "'" + text;
        }

        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static IQueryable<AuditEntry> Rows(PioneerDbContext database, ActivityFilter filter)
    {
        var rows = database.AuditEntries.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var term = filter.Text.Trim();
            rows = rows.Where(a => a.Subject.Contains(term) || a.ActorName.Contains(term) || a.Action.Contains(term));
        }

        if (!string.IsNullOrEmpty(filter.Action))
        {
            rows = rows.Where(a => a.Action == filter.Action);
        }

        if (filter.Slug is not null && TenantSlug.Create(filter.Slug) is { IsSuccess: true, Value: var slug })
        {
            rows = rows.Where(a => database.Tenants.Any(t => t.Id == a.TenantId && t.Slug == slug));
        }

        if (filter.From is { } from)
        {
            rows = rows.Where(a => a.At >= from);
        }

        return filter.To is { } to ? rows.Where(a => a.At < to) : rows;
    }

    private static IQueryable<ActivityLine> Project(PioneerDbContext database, IQueryable<AuditEntry> rows) => rows.Select(a => new ActivityLine(
        a.Id, a.At, a.ActorName, a.Action, a.SubjectKind, a.Subject,
        database.Tenants.Where(t => t.Id == a.TenantId).Select(t => (string)(object)t.Slug).FirstOrDefault(),
        a.Before, a.After, a.OperationId));
}
