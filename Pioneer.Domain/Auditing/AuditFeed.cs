using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Auditing;

/// <summary>
/// Hands the audit log out in the order of its chain, from where a receiver is. The log itself is the queue: who writes it waits for nobody, and a receiver
/// that was away, or a portal that was killed, goes on where it stood.
/// </summary>
public sealed class AuditFeed(IDbContextFactory<PioneerDbContext> contexts, TimeProvider clock)
{
    /// <summary>The next entries for the receiver, at most <paramref name="most"/>, with the tenants' slugs.</summary>
    public async Task<IReadOnlyList<ExportedEntry>> NextAsync(string receiver, int most, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var position = await db.AuditExportPositions.AsNoTracking().Where(row => row.Receiver == receiver).Select(row => row.Sequence)
            .SingleOrDefaultAsync(cancellationToken);
        var rows = await (from entry in db.AuditEntries.AsNoTracking().Where(row => row.Sequence > position).OrderBy(row => row.Sequence).Take(most)
                          join tenant in db.Tenants on entry.TenantId equals (TenantId?)tenant.Id into tenants
                          from tenant in tenants.DefaultIfEmpty()
                          orderby entry.Sequence
                          select new { entry, Slug = (TenantSlug?)tenant.Slug }).ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(row => new ExportedEntry(
                row.entry.Sequence!.Value, row.entry.At, row.entry.ActorId, row.entry.ActorName, row.entry.Action, row.entry.SubjectKind, row.entry.Subject,
                row.Slug?.Value, row.entry.Before, row.entry.After, row.entry.Hash!)),
        ];
    }

    /// <summary>The receiver has everything up to here.</summary>
    public async Task ConfirmAsync(string receiver, long sequence, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db.AuditExportPositions.SingleOrDefaultAsync(position => position.Receiver == receiver, cancellationToken);
        if (row is null)
        {
            db.AuditExportPositions.Add(row = new AuditExportPosition { Receiver = receiver });
        }

        (row.Sequence, row.At) = (Math.Max(row.Sequence, sequence), clock.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
    }
}

/// <summary>One entry as receivers outside get it; <paramref name="Hash"/> is its link of the chain.</summary>
public sealed record ExportedEntry(
    long Sequence, DateTimeOffset At, string ActorId, string ActorName, string Action, string SubjectKind, string Subject, string? Tenant, string? Before,
    string? After, string Hash);
