using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Local accounts, which belong to their owners: made by whoever an invitation was for, with a password that nobody else ever sees; an admin can only void
/// the old password and make a link to a new one. Each call has its own database context.
/// </summary>
public sealed class Accounts(IServiceScopeFactory scopes)
{
    /// <summary>Makes the account that an invitation is for, with the role that it gives. What Identity would refuse costs no link.</summary>
    public async Task<Result<string>> JoinAsync(string token, string name, string password, CancellationToken cancellationToken)
    {
        await using var at = new Desk(scopes);
        var link = await at.LinkAsync(token, LinkPurpose.Invitation, cancellationToken);
        if (link is null)
        {
            return Invitations.Void;
        }

        if (TextLimits.Check("name", "name", name.Trim(), TextLimits.Name) is { } tooLong)
        {
            return tooLong;
        }

        var user = new PioneerUser { UserName = link.Email, Email = link.Email, EmailConfirmed = true, DisplayName = name.Trim(), CreatedAt = at.Work.Now };
        await Invitations.GiveAsync(at.Db, at.Work, link, user, cancellationToken);
        at.Audit(Owner(user), "UserCreated", user);
        return await Desk.SaveAsync(() => at.Users.CreateAsync(user, password), user.Id);
    }

    /// <summary>
    /// Voids a password with everything that could stand in for it (second factors, passkeys, sessions, tokens), and makes a link to a new one. For platform
    /// admins: whoever gets the account back this way is its owner.
    /// </summary>
    public async Task<Result<IssuedLink>> ResetAsync(Actor actor, string userId, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var at = new Desk(scopes);
        if (await at.Users.FindByIdAsync(userId) is not { Email: { } email } user)
        {
            return Error.NotFound("User", userId);
        }

        var issued = await at.Db.IssueNewPasswordLinkAsync(at.Work, actor, user, cancellationToken);
        at.Audit(actor, "PasswordReset", user);
        at.Db.Set<IdentityUserPasskey<string>>().RemoveRange(await at.Db.Set<IdentityUserPasskey<string>>().Where(key => key.UserId == userId).ToListAsync(cancellationToken));
        at.Db.UserTokens.RemoveRange(await at.Db.UserTokens.Where(row => row.UserId == userId).ToListAsync(cancellationToken));
        (user.PasswordHash, user.TwoFactorEnabled) = (null, false);
        user.RightsRevision++;
        return await Desk.SaveAsync(() => at.Users.UpdateSecurityStampAsync(user), issued);
    }

    /// <summary>The owner of a link to a new password chooses it; sessions that were open end.</summary>
    public async Task<Result<string>> ChooseAsync(string token, string password, CancellationToken cancellationToken)
    {
        await using var at = new Desk(scopes);
        var link = await at.LinkAsync(token, LinkPurpose.NewPassword, cancellationToken);
        if (link?.UserId is not { } id || await at.Users.FindByIdAsync(id) is not { Disabled: false } user)
        {
            return Invitations.Void;
        }

        if (await at.RefusalAsync(user, password) is { } refused)
        {
            return refused;
        }

        link.UsedAt = at.Work.Now;
        user.PasswordHash = at.Users.PasswordHasher.HashPassword(user, password);
        at.Audit(Owner(user), "PasswordChosen", user);
        await at.Db.EndSessionsAsync(user.Id, SessionEnd.PasswordChanged, at.Work.Now, except: null, cancellationToken);
        return await Desk.SaveAsync(() => at.Users.UpdateSecurityStampAsync(user), user.Id);
    }

    /// <summary>The owner changes the password, and says the old one for it; every other session ends.</summary>
    public async Task<Result> ChangePasswordAsync(string userId, string old, string next, SessionId? keep, CancellationToken cancellationToken)
    {
        await using var at = new Desk(scopes);
        if (await at.Users.FindByIdAsync(userId) is not { } user)
        {
            return Error.NotFound("User", userId);
        }

        if (!await at.Users.CheckPasswordAsync(user, old))
        {
            return Error.Invalid("PasswordWrong", "old", "The present password is wrong.");
        }

        if (await at.RefusalAsync(user, next) is { } refused)
        {
            return refused;
        }

        user.PasswordHash = at.Users.PasswordHasher.HashPassword(user, next);
        at.Audit(Owner(user), "PasswordChanged", user);
        await at.Db.EndSessionsAsync(user.Id, SessionEnd.PasswordChanged, at.Work.Now, keep, cancellationToken);
        return (await Desk.SaveAsync(() => at.Users.UpdateSecurityStampAsync(user), user.Id)).WithoutValue();
    }

    /// <summary>Changes something of the owner's account by Identity's own means, with its audit entry, or neither.</summary>
    internal async Task<Result<T>> ChangeAsync<T>(
        string userId, string action, Func<UserManager<PioneerUser>, PioneerUser, Task<Result<T>>> change)
    {
        await using var at = new Desk(scopes);
        if (await at.Users.FindByIdAsync(userId) is not { } user)
        {
            return Error.NotFound("User", userId);
        }

        await using var transaction = await at.Db.Database.BeginTransactionAsync();
        var changed = await change(at.Users, user);
        if (changed.IsSuccess)
        {
            user.RightsRevision++;
            at.Audit(Owner(user), action, user);
            await at.Db.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        return changed;
    }

    /// <summary>Reads something of an account.</summary>
    internal async Task<T?> ReadAsync<T>(string userId, Func<UserManager<PioneerUser>, PioneerUser, Task<T>> read)
    {
        await using var at = new Desk(scopes);
        return await at.Users.FindByIdAsync(userId) is { } user ? await read(at.Users, user) : default;
    }

    /// <summary>What Identity refuses, with the field that its first error is about.</summary>
    internal static Error Refused(IdentityResult result) => new("AccountRefused", string.Join(' ', result.Errors.Select(e => e.Description)))
    {
        Field = result.Errors.FirstOrDefault()?.Code switch
        {
            { } code when code.StartsWith("Password", StringComparison.Ordinal) => "password",
            "InvalidEmail" or "DuplicateEmail" or "InvalidUserName" or "DuplicateUserName" => "email",
            _ => null,
        },
    };

    private static Actor Owner(PioneerUser user) => new(
        user.Id, user.DisplayName is { Length: > 0 } name ? name : user.Email!, ActorKind.User, user.PlatformRole,
        System.Collections.Immutable.ImmutableDictionary<TenantId, TenantRole>.Empty);

    /// <summary>One scope with what every call needs of it.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private readonly AsyncServiceScope _scope;

        public Desk(IServiceScopeFactory scopes)
        {
            _scope = scopes.CreateAsyncScope();
            Users = _scope.ServiceProvider.GetRequiredService<UserManager<PioneerUser>>();
            Db = _scope.ServiceProvider.GetRequiredService<PioneerDbContext>();
            Work = _scope.ServiceProvider.GetRequiredService<WorkRecorder>();
        }

        public UserManager<PioneerUser> Users { get; }

        /// <summary>The context that Identity saves: a change and its audit entry are there together, or neither.</summary>
        public PioneerDbContext Db { get; }

        public WorkRecorder Work { get; }

        public Task<OneTimeLink?> LinkAsync(string token, LinkPurpose purpose, CancellationToken cancellationToken) =>
            Db.FindLinkAsync(token, purpose, Work.Now, cancellationToken);

        public void Audit(Actor actor, string action, PioneerUser user) =>
            Work.Audit(Db, actor, action, new AuditSubject(AuditSubject.User, user.Email ?? user.Id), after: new { user.DisplayName });

        public async Task<Error?> RefusalAsync(PioneerUser user, string password)
        {
            foreach (var validator in Users.PasswordValidators)
            {
                if (await validator.ValidateAsync(Users, user, password) is { Succeeded: false } refused)
                {
                    return Refused(refused);
                }
            }

            return null;
        }

        public static async Task<Result<T>> SaveAsync<T>(Func<Task<IdentityResult>> save, T value)
        {
            try
            {
                var result = await save();
                return result.Succeeded ? value : Refused(result);
            }
            catch (DbUpdateConcurrencyException)
            {
                return Invitations.Void; // the link was used by somebody else in the same moment
            }
        }

        public ValueTask DisposeAsync() => _scope.DisposeAsync();
    }
}
