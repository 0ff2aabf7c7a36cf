using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Pioneer.Portal.SignIn;

/// <summary>Who a window acts for: as signed in at first, and from then on as <see cref="SessionBook"/> says.</summary>
internal sealed class SessionSignIn : ServerAuthenticationStateProvider
{
    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());

    /// <summary>The session is over: the window is nobody's, its pages are taken down and the browser is led to the sign-in.</summary>
    public void End() => Become(Nobody);

    /// <summary>The person's rights changed.</summary>
    public void Become(ClaimsPrincipal user) => SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));
}
