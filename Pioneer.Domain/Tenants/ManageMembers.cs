using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// Who may do what: memberships of tenants, roles over the platform. Accounts themselves are ASP.NET Core Identity's. What takes a right away ends the
/// person's sessions in the same transaction; what adds one is taken up by them. What changes nothing writes nothing.
/// </summary>
public sealed class ManageMembers(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    private static readonly Error UserUnknown = new("UserNotFound", "There is no such user.") { Kind = ErrorKind.NotFound };

    private static readonly Error NoMember = new("MemberNotFound", "There is no such member.", "People are invited on the tenant's page, Members, and accept.")
    { Kind = ErrorKind.NotFound };

    /// <summary>The signed-in person with present rights; null for unknown and disabled ones. Rights are read anew each time, never from a cookie.</summary>
    public async Task<Actor?> ResolveAsync(string userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId && !row.Disabled, cancellationToken);
        if (user is null)
        {
            return null;
        }

        // Before the actor is known there is no scope yet: these rows are the ones that say what it will be.
        var memberships = await db.Memberships.IgnoreQueryFilters().AsNoTracking().Where(row => row.UserId == userId)
            .ToDictionaryAsync(row => row.TenantId, row => row.Role, cancellationToken);
        var name = user.DisplayName.Length > 0 ? user.DisplayName : user.Email ?? user.UserName ?? user.Id;
        return new Actor(user.Id, name, ActorKind.User, user.PlatformRole, memberships.ToImmutableDictionary());
    }

    /// <summary>Changes a member's role. Who is no member is invited and accepts (<see cref="Invitations"/>).</summary>
    public async Task<Result> SetRoleAsync(Actor actor, string slug, string userId, TenantRole role, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(role))
        {
            return RoleUnknown<TenantRole>("role");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Administer, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        var membership = await db.Memberships.SingleOrDefaultAsync(row => row.TenantId == tenant.Id && row.UserId == userId, cancellationToken);
        if (membership is null)
        {
            return NoMember;
        }

        if (membership.Role == role)
        {
            return Result.Success;
        }

        var user = await db.Users.SingleAsync(row => row.Id == userId, cancellationToken);
        work.Audit(
            db, actor, "MembershipChanged", new AuditSubject("member", user.Email ?? userId, tenant.Id), new { membership.Role }, new { Role = role });
        await ChangeRightsAsync(db, user, isLess: role < membership.Role, cancellationToken);
        membership.Role = role;
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Takes a member's role away.</summary>
    public async Task<Result> RemoveAsync(Actor actor, string slug, string userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Administer, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var membership = await db.Memberships.SingleOrDefaultAsync(
            row => row.TenantId == found.Value.Id && row.UserId == userId, cancellationToken);
        if (membership is null)
        {
            return NoMember;
        }

        db.Memberships.Remove(membership);
        var user = await db.Users.SingleOrDefaultAsync(row => row.Id == userId, cancellationToken);
        if (user is not null)
        {
            await ChangeRightsAsync(db, user, isLess: true, cancellationToken);
        }

        work.Audit(db, actor, "MembershipRemoved", new AuditSubject("member", user?.Email ?? userId, found.Value.Id), before: new { membership.Role });
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Lowers a role over the platform. More of it is accepted by the account's owner (<see cref="Invitations"/>). The last admin stays one.</summary>
    public async Task<Result> SetPlatformRoleAsync(Actor actor, string userId, PlatformRole role, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(role))
        {
            return RoleUnknown<PlatformRole>("platformRole");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindUserAsync(db, actor, userId, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var user = found.Value;
        if (role == user.PlatformRole)
        {
            return Result.Success;
        }

        if (role > user.PlatformRole)
        {
            return Error.Conflict(
                "AcceptanceNeeded", $"{user.Email} has to accept a role over the platform.", "Invite them to it, and hand the link over.");
        }

        if (role is not PlatformRole.Admin && await IsLastAdminAsync(db, user, cancellationToken))
        {
            return LastAdmin(user);
        }

        work.Audit(db, actor, "PlatformRoleSet", Subject(user), new { user.PlatformRole }, new { PlatformRole = role });
        user.PlatformRole = role;
        await ChangeRightsAsync(db, user, isLess: true, cancellationToken);
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Shuts a person out or lets them in again; their sessions end at once.</summary>
    public async Task<Result> SetDisabledAsync(Actor actor, string userId, bool disabled, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindUserAsync(db, actor, userId, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var user = found.Value;
        if (user.Disabled == disabled)
        {
            return Result.Success;
        }

        if (disabled && await IsLastAdminAsync(db, user, cancellationToken))
        {
            return LastAdmin(user);
        }

        work.Audit(db, actor, disabled ? "UserDisabled" : "UserEnabled", Subject(user));
        user.Disabled = disabled;
        user.RightsRevision++;
        if (disabled)
        {
            await Sessions.EndAllAsync(db, user.Id, SessionEnd.ShutOut, work.Now, except: null, cancellationToken);
        }

        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    private async Task ChangeRightsAsync(PioneerDbContext db, PioneerUser user, bool isLess, CancellationToken cancellationToken)
    {
        user.RightsRevision++;
        if (isLess)
        {
            await Sessions.EndAllAsync(db, user.Id, SessionEnd.RightsTaken, work.Now, except: null, cancellationToken);
        }
    }

    private static async Task<Result<PioneerUser>> FindUserAsync(PioneerDbContext db, Actor actor, string userId, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        var user = await db.Users.SingleOrDefaultAsync(row => row.Id == userId, cancellationToken);
        return user is null ? UserUnknown : user;
    }

    private static async Task<bool> IsLastAdminAsync(PioneerDbContext db, PioneerUser user, CancellationToken cancellationToken) =>
        user.PlatformRole is PlatformRole.Admin
        && !await db.Users.AnyAsync(row => row.Id != user.Id && row.PlatformRole == PlatformRole.Admin && !row.Disabled, cancellationToken);

    private static Error LastAdmin(PioneerUser user) => Error.Conflict(
        "LastAdmin", $"{user.Email} is the only platform admin left.", "Make somebody else one first.");

    internal static Error RoleUnknown<TRole>(string field) where TRole : struct, Enum =>
        Error.Invalid("RoleUnknown", field, "There is no such role.", $"It is one of {string.Join(", ", Enum.GetNames<TRole>())}.");

    private static AuditSubject Subject(PioneerUser user) => new(AuditSubject.User, user.Email ?? user.Id);
}
