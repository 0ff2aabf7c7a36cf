using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Settings;

/// <summary>Makes local accounts with a first password that is shown once, and resets passwords. Each call has its own database context.</summary>
public sealed class Accounts(IServiceScopeFactory scopes, TimeProvider time)
{
    private const int PasswordBytes = 15;

    /// <summary>The new account and its first password.</summary>
    public sealed record Made(string UserId, string Password);

    /// <summary>Makes an account without any role. Only people who administer something may ask for it.</summary>
    public async Task<Result<Made>> CreateAsync(Actor actor, string name, string email)
    {
        if (actor.PlatformRole is not PlatformRole.Admin && !actor.Memberships.Values.Any(r => r == TenantRole.Admin))
        {
            return NotAllowed(actor);
        }

        // an account without a name acts under its e-mail, so that both are names
        var lengths = TextLimits.CheckAll(("name", "name", name.Trim(), TextLimits.Name), ("email", "e-mail", email.Trim(), TextLimits.Name));
        if (lengths.IsFailure)
        {
            return lengths.Error;
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PioneerUser>>();
        var user = new PioneerUser { UserName = email.Trim(), Email = email.Trim(), EmailConfirmed = true, DisplayName = name.Trim(), CreatedAt = time.GetUtcNow() };
        var password = NewPassword();
        Audit(scope.ServiceProvider, actor, "UserCreated", user);
        return Outcome(await users.CreateAsync(user, password), new Made(user.Id, password));
    }

    /// <summary>Gives a person a new password; for platform admins.</summary>
    public async Task<Result<Made>> ResetPasswordAsync(Actor actor, string userId)
    {
        if (actor.PlatformRole is not PlatformRole.Admin)
        {
            return NotAllowed(actor);
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PioneerUser>>();
        if (await users.FindByIdAsync(userId) is not { } user)
        {
            return Error.NotFound("User", userId);
        }

        var password = NewPassword();
        Audit(scope.ServiceProvider, actor, "PasswordReset", user);
        return Outcome(await users.ResetPasswordAsync(user, await users.GeneratePasswordResetTokenAsync(user), password), new Made(userId, password));
    }

    // Into the context that Identity saves: the change and the entry are there together, or neither.
    private static void Audit(IServiceProvider services, Actor actor, string action, PioneerUser user) => services.GetRequiredService<WorkRecorder>().Audit(
        services.GetRequiredService<PioneerDbContext>(), actor, action, new AuditSubject("user", user.Email ?? user.Id), after: new { user.DisplayName });

    private static string NewPassword() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PasswordBytes));

    private static Result<Made> Outcome(IdentityResult result, Made made) =>
        result.Succeeded ? made : new Error("AccountRefused", string.Join(' ', result.Errors.Select(e => e.Description)));

    private static Error NotAllowed(Actor actor) => new("NotAllowed", $"{actor.Name} may not make accounts.") { Kind = ErrorKind.Forbidden };
}
