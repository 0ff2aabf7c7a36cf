using Microsoft.AspNetCore.Identity;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Makes the first platform admin: from configuration, or through a one-time link that only the console has seen.</summary>
public sealed class FirstAdmin(UserManager<PioneerUser> users, PioneerDbContext db, WorkRecorder work, SetupLinks links, TimeProvider time)
{
    public const int MinPasswordLength = 12;

    /// <summary>Spends the link and makes the admin. What Identity would refuse is checked first, so that a typing error costs no link.</summary>
    public async Task<Result<PioneerUser>> RedeemAsync(string token, string name, string email, string password, CancellationToken cancellationToken)
    {
        var user = NewAdmin(name, email);
        var refused = await RefusalAsync(user, password);
        if (refused is not null)
        {
            return refused;
        }

        var used = await links.UseAsync(token, cancellationToken);
        return used.IsFailure ? used.Error : await SaveAsync(user, password);
    }

    /// <summary>Makes an enabled platform admin with a confirmed e-mail.</summary>
    public Task<Result<PioneerUser>> CreateAsync(string name, string email, string password) => SaveAsync(NewAdmin(name, email), password);

    private PioneerUser NewAdmin(string name, string email) => new()
    {
        UserName = email,
        Email = email,
        EmailConfirmed = true,
        DisplayName = name,
        PlatformRole = PlatformRole.Admin,
        CreatedAt = time.GetUtcNow(),
    };

    private async Task<Error?> RefusalAsync(PioneerUser user, string password)
    {
        foreach (var validator in users.PasswordValidators)
        {
            var result = await validator.ValidateAsync(users, user, password);
            if (!result.Succeeded)
            {
                return Accounts.Refused(result);
            }
        }

        foreach (var validator in users.UserValidators)
        {
            var result = await validator.ValidateAsync(users, user);
            if (!result.Succeeded)
            {
                return Accounts.Refused(result);
            }
        }

        return null;
    }

    private async Task<Result<PioneerUser>> SaveAsync(PioneerUser user, string password)
    {
        // into the context that Identity saves: the account and the entry are there together, or neither
        work.Audit(db, Actor.System, "FirstAdminMade", new AuditSubject("user", user.Email!), after: new { user.DisplayName, user.PlatformRole });
        var result = await users.CreateAsync(user, password);
        return result.Succeeded ? user : Accounts.Refused(result);
    }
}
