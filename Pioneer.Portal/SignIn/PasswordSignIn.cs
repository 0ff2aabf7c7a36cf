using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>What came of a sign-in by password.</summary>
internal enum PasswordOutcome
{
    SignedIn,
    NeedsSecondFactor,
    Refused,
    Wait,
}

/// <summary>
/// Sign-in by e-mail and password. Whoever tries addresses learns nothing of which have an account: an unknown and a disabled one are answered in the same
/// words as a wrong password, and after the same work: one hash, or none for who has to wait.
/// </summary>
internal sealed class PasswordSignIn(
    PioneerSignInManager signIn, UserManager<PioneerUser> users, SignInThrottle throttle, KnownBrowsers browsers, SecurityTrail trail,
    NobodysHash nobodys, IHttpContextAccessor accessor)
{
    /// <summary>The one answer to whatever was wrong.</summary>
    public const string RefusedWords = "E-mail or password is wrong.";

    private static readonly PioneerUser Nobody = new() { DisplayName = "", CreatedAt = default };

    /// <summary>Tries once; with <see cref="PasswordOutcome.Wait"/> comes how long.</summary>
    public async Task<(PasswordOutcome Outcome, TimeSpan Wait)> TryAsync(string email, string password, bool remember)
    {
        var http = accessor.HttpContext!;
        var address = http.Address();
        var known = browsers.Knows(http, email);
        if (throttle.Begin(email, address, known) is { } wait)
        {
            await trail.SignInDelayedAsync(email, wait, address);
            return (PasswordOutcome.Wait, wait);
        }

        var user = await users.FindByEmailAsync(email);
        if (user is { Disabled: false, PasswordHash: not null })
        {
            var result = await signIn.PasswordSignInAsync(user, password, remember, lockoutOnFailure: false);
            if (result.Succeeded || result.RequiresTwoFactor)
            {
                throttle.Succeeded(email, address, known);
                return (result.Succeeded ? PasswordOutcome.SignedIn : PasswordOutcome.NeedsSecondFactor, default);
            }
        }
        else
        {
            _ = users.PasswordHasher.VerifyHashedPassword(Nobody, nobodys.Value, password);
        }

        var reason = user is null ? "unknown e-mail" : user.Disabled ? "shut out" : user.PasswordHash is null ? "no password chosen yet" : "wrong password";
        await trail.SignInRefusedAsync(email, reason, address);
        return (PasswordOutcome.Refused, default);
    }
}
