using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>What a change of an account does to the rows around it, within the transaction of whoever calls.</summary>
public static class AccountRows
{
    /// <summary>The good link with this text and purpose; using it up sets <see cref="OneTimeLink.UsedAt"/>, of two at once one saves.</summary>
    public static Task<OneTimeLink?> FindLinkAsync(
        this PioneerDbContext db, string token, LinkPurpose purpose, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.OneTimeLinks.Good(token, now).SingleOrDefaultAsync(row => row.Purpose == purpose, cancellationToken);

    /// <summary>Ends all of a person's sessions but one.</summary>
    public static Task EndSessionsAsync(
        this PioneerDbContext db, string userId, SessionEnd because, DateTimeOffset now, SessionId? except, CancellationToken cancellationToken) =>
        Sessions.EndAllAsync(db, userId, because, now, except, cancellationToken);

    /// <summary>A link by which the owner of the account chooses a new password. Earlier ones, open sessions and the person's tokens end.</summary>
    public static async Task<IssuedLink> IssueNewPasswordLinkAsync(
        this PioneerDbContext db, WorkRecorder work, Actor actor, PioneerUser user, CancellationToken cancellationToken)
    {
        await Invitations.VoidEarlierAsync(db, null, LinkPurpose.NewPassword, user.Email!, work.Now, cancellationToken);
        await Sessions.EndAllAsync(db, user.Id, SessionEnd.PasswordChanged, work.Now, except: null, cancellationToken);
        foreach (var token in await db.ApiTokens.Where(row => row.IssuedById == user.Id && row.RevokedAt == null).ToListAsync(cancellationToken))
        {
            token.RevokedAt = work.Now;
        }

        var (link, issued) = Invitations.NewLink(
            work, actor, LinkPurpose.NewPassword, user.Email!, user.DisplayName, null, null, PlatformRole.None, user.Id);
        db.OneTimeLinks.Add(link);
        return issued;
    }
}
