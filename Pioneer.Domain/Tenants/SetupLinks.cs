using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>The one-time link of the first start: it makes the first platform admin, once, within a day.</summary>
public sealed class SetupLinks(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public static readonly Error Void = new(
        "SetupLinkVoid", "This set-up link was used, has expired, or was replaced by a newer one.", "Start the portal again: it prints a new one while there is no admin.")
    { Kind = ErrorKind.Forbidden };

    /// <summary>There is a platform admin who can sign in.</summary>
    public async Task<bool> IsSetUpAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Users.AnyAsync(row => row.PlatformRole == PlatformRole.Admin && !row.Disabled, cancellationToken);
    }

    /// <summary>A new token for the link; earlier ones end with it.</summary>
    public async Task<string> IssueAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.OneTimeLinks.Where(row => row.Purpose == LinkPurpose.FirstAdmin).ExecuteDeleteAsync(cancellationToken);
        var token = TokenText.New("");
        db.OneTimeLinks.Add(new OneTimeLink
        {
            Id = work.NextId<OneTimeLinkId>(), Purpose = LinkPurpose.FirstAdmin, Hash = TokenText.Hash(token), CreatedAt = work.Now, ExpiresAt = work.Now + Lifetime,
        });
        await db.SaveChangesAsync(cancellationToken);
        return token;
    }

    /// <summary>Looks whether the link is good without using it up.</summary>
    public async Task<Result> CheckAsync(string token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var good = await db.OneTimeLinks.Good(token, work.Now).AnyAsync(row => row.Purpose == LinkPurpose.FirstAdmin, cancellationToken);
        return good && !await IsSetUpAsync(cancellationToken) ? Result.Success : Void;
    }

    /// <summary>Uses the link up; of two at once, one succeeds.</summary>
    public async Task<Result> UseAsync(string token, CancellationToken cancellationToken)
    {
        if (await IsSetUpAsync(cancellationToken))
        {
            return Void;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.OneTimeLinks.Where(row => row.Purpose == LinkPurpose.FirstAdmin).UseUpAsync(token, work.Now, cancellationToken) ? Result.Success : Void;
    }
}

/// <summary>The rules that all one-time links share.</summary>
internal static class LinkRows
{
    /// <summary>The link with this text, unless it was used or its time is over. Who has it need not be signed in: the text is the right to it.</summary>
    public static IQueryable<OneTimeLink> Good(this IQueryable<OneTimeLink> links, string token, DateTimeOffset now)
    {
        var hash = TokenText.Hash(token);
        return links.IgnoreQueryFilters().Where(row => row.Hash == hash && row.UsedAt == null && row.ExpiresAt > now);
    }

    /// <summary>Uses the link up; of two at once, one succeeds.</summary>
    public static async Task<bool> UseUpAsync(this IQueryable<OneTimeLink> links, string token, DateTimeOffset now, CancellationToken cancellationToken) =>
        await links.Good(token, now).ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now), cancellationToken) == 1;
}
