using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// Who may do what: memberships of tenants, roles over the platform. Accounts themselves are ASP.NET Core Identity's. Whatever changes rights changes
/// the account's security stamp in the same transaction, so that sign-ins made with earlier rights end wherever the change came from.
/// </summary>
public sealed class ManageMembers(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    private static readonly Error UserUnknown = new("UserNotFound", "There is no such user.") { Kind = ErrorKind.NotFound };

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

    /// <summary>Gives a person a role in a tenant, or changes it.</summary>
    public async Task<Result> GrantAsync(Actor actor, string slug, string userId, TenantRole role, CancellationToken cancellationToken)
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
        var user = await db.Users.SingleOrDefaultAsync(row => row.Id == userId, cancellationToken);
        if (user is null)
        {
            return UserUnknown;
        }

        var membership = await db.Memberships.SingleOrDefaultAsync(row => row.TenantId == tenant.Id && row.UserId == userId, cancellationToken);
        var before = membership is null ? null : new { membership.Role };
        if (membership is null)
        {
            db.Memberships.Add(new TenantMembership { UserId = userId, TenantId = tenant.Id, Role = role, GrantedAt = work.Now, GrantedBy = actor.Name });
        }
        else
        {
            membership.Role = role;
        }

        EndSignIns(user);
        work.Audit(db, actor, "MembershipGranted", new AuditSubject("member", user.Email ?? userId, tenant.Id), before, new { Role = role });
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

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
            return UserUnknown;
        }

        db.Memberships.Remove(membership);
        var user = await db.Users.SingleOrDefaultAsync(row => row.Id == userId, cancellationToken);
        if (user is not null)
        {
            EndSignIns(user);
        }

        work.Audit(db, actor, "MembershipRemoved", new AuditSubject("member", user?.Email ?? userId, found.Value.Id), before: new { membership.Role });
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Gives or takes a role over the platform. The last admin stays one.</summary>
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
        if (role is not PlatformRole.Admin && await IsLastAdminAsync(db, user, cancellationToken))
        {
            return LastAdmin(user);
        }

        work.Audit(db, actor, "PlatformRoleSet", Subject(user), new { user.PlatformRole }, new { PlatformRole = role });
        user.PlatformRole = role;
        EndSignIns(user);
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Shuts a person out or lets them in again; takes effect with their next request.</summary>
    public async Task<Result> SetDisabledAsync(Actor actor, string userId, bool disabled, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindUserAsync(db, actor, userId, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var user = found.Value;
        if (disabled && await IsLastAdminAsync(db, user, cancellationToken))
        {
            return LastAdmin(user);
        }

        work.Audit(db, actor, disabled ? "UserDisabled" : "UserEnabled", Subject(user));
        user.Disabled = disabled;
        EndSignIns(user);
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    private void EndSignIns(PioneerUser user) => user.SecurityStamp = Guid.CreateVersion7(work.Now).ToString();

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

    private static Error RoleUnknown<TRole>(string field) where TRole : struct, Enum =>
        Error.Invalid("RoleUnknown", field, "There is no such role.", $"It is one of {string.Join(", ", Enum.GetNames<TRole>())}.");

    private static AuditSubject Subject(PioneerUser user) => new("user", user.Email ?? user.Id);
}
