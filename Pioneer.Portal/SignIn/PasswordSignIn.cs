using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Sign-in by e-mail and password. Whoever tries addresses learns nothing of which have an account: an unknown, a disabled and a locked one are answered
/// in the same words as a wrong password, and after the same work.
/// </summary>
public sealed class PasswordSignIn(SignInManager<PioneerUser> signIn, UserManager<PioneerUser> users)
{
    /// <summary>The one answer to whatever was wrong.</summary>
    public const string Refused = "E-mail or password is wrong. Five wrong passwords lock an account for five minutes.";

    private static readonly PioneerUser Nobody = new() { DisplayName = "", CreatedAt = default };

    // A hash of what nobody knows, made like those of accounts.
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<PioneerUser>().HashPassword(Nobody, Guid.NewGuid().ToString()));

    /// <summary>True when the person is signed in.</summary>
    public async Task<bool> TryAsync(string email, string password, bool remember)
    {
        var hash = NobodysHash.Value;
        var user = await users.FindByEmailAsync(email);
        if (user is not null && !user.Disabled && !await users.IsLockedOutAsync(user))
        {
            return (await signIn.PasswordSignInAsync(user, password, remember, lockoutOnFailure: true)).Succeeded;
        }

        _ = users.PasswordHasher.VerifyHashedPassword(Nobody, hash, password);
        return false;
    }
}
