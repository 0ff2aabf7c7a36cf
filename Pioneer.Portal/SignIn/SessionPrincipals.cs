using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Makes the principal of a local account anew when its rights have changed; the session stays the same.</summary>
internal sealed class SessionPrincipals(IServiceScopeFactory scopes)
{
    /// <summary>The person with present rights; null where there is no such account any more, or a view as tenant has lost what it rests on.</summary>
    public async Task<ClaimsPrincipal?> RenewAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PioneerUser>>();
        cancellationToken.ThrowIfCancellationRequested();
        if (user.SessionId() is not { } session || await users.GetUserAsync(user) is not { Disabled: false } account)
        {
            return null;
        }

        var principal = await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<PioneerUser>>().CreateAsync(account);
        ((ClaimsIdentity)principal.Identity!).AddClaims([PioneerClaims.SessionClaim(session), .. user.FindAll(PioneerClaims.Proof)]);
        if (user.ViewedTenant() is not { } viewed)
        {
            return principal;
        }

        return principal.SeesPlatform() ? principal.ViewedAs(viewed) : null;
    }
}
