using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>Identity's own sign-in, with a session for every cookie that it gives out, however the person proved who they are.</summary>
internal sealed class PioneerSignInManager(
    UserManager<PioneerUser> users, IHttpContextAccessor accessor, IUserClaimsPrincipalFactory<PioneerUser> claims, IOptions<IdentityOptions> options,
    ILogger<SignInManager<PioneerUser>> logger, IAuthenticationSchemeProvider schemes, IUserConfirmation<PioneerUser> confirmation, Sessions sessions,
    KnownBrowsers browsers) : SignInManager<PioneerUser>(users, accessor, claims, options, logger, schemes, confirmation)
{
    /// <summary>How the person proves who they are; set by whoever checks it.</summary>
    public string Method { get; set; } = "password";

    /// <inheritdoc/>
    public override async Task SignInWithClaimsAsync(PioneerUser user, AuthenticationProperties? authenticationProperties, IEnumerable<Claim> additionalClaims)
    {
        var session = await sessions.BeginAsync(
            new NewSession(user.Id, user.Email ?? user.Id, DeviceWords.Of(Context.Request.Headers.UserAgent), Context.Address(), Method), Context.RequestAborted);
        browsers.Remember(Context, user.Email ?? user.Id);
        await base.SignInWithClaimsAsync(
            user, authenticationProperties, [.. additionalClaims, PioneerClaims.SessionClaim(session), new Claim(PioneerClaims.Proof, Method)]);
    }
}

/// <summary>Facts of a request that sign-in asks for.</summary>
internal static class SignInRequests
{
    /// <summary>Where the request came from, as known proxies say.</summary>
    public static string Address(this HttpContext http) => http.Connection.RemoteIpAddress is { } ip ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : "unknown";
}
