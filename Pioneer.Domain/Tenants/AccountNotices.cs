using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>Something that was done to, or with, a person's account.</summary>
public sealed record AccountNotice(DateTimeOffset At, string Action, string By, string? Details, bool IsNew);

/// <summary>
/// Tells the owners of accounts what happened to them: there is no mail server, so the portal says it where they are. What they did themselves in a session
/// is listed and not counted as new.
/// </summary>
public sealed class AccountNotices(IDbContextFactory<PioneerDbContext> contexts, TimeProvider clock)
{
    private const int Most = 50;
    private static readonly string[] Kinds = [AuditSubject.User, "member"];

    /// <summary>The latest, newest first.</summary>
    public async Task<IReadOnlyList<AccountNotice>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == actor.Id, cancellationToken);
        if (user?.Email is not { } email)
        {
            return [];
        }

        // of the account's own rows, whichever tenant they were written for
        var rows = await db.AuditEntries.IgnoreQueryFilters().AsNoTracking()
            .Where(row => Kinds.Contains(row.SubjectKind) && row.Subject == email && row.At >= user.CreatedAt)
            .OrderByDescending(row => row.Id).Take(Most)
            .Select(row => new { row.At, row.Action, row.ActorId, row.ActorName, row.After }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new AccountNotice(
            row.At, row.Action, row.ActorName, row.After, row.ActorId != user.Id && row.At > (user.NoticesSeenAt ?? user.CreatedAt)))];
    }

    /// <summary>How many the person has not seen.</summary>
    public async Task<int> NewAsync(Actor actor, CancellationToken cancellationToken) =>
        (await ListAsync(actor, cancellationToken)).Count(notice => notice.IsNew);

    /// <summary>The person has seen them.</summary>
    public async Task SeenAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await db.Users.Where(row => row.Id == actor.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.NoticesSeenAt, now), cancellationToken);
    }
}
