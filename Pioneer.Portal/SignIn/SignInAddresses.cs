using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Addresses of sign-in and sign-out that are no pages.</summary>
internal static class SignInAddresses
{
    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet(PortalUrls.SignOut, (Delegate)SignOutAsync).AllowAnonymous();
        if (app.Services.GetRequiredService<SignInProvider>().IsEntra)
        {
            app.MapGet(PortalUrls.SignInOrganisation, (string? returnUrl) => Results.Challenge(
                new AuthenticationProperties { RedirectUri = LocalUrl.Of(returnUrl) }, [OpenIdConnectDefaults.AuthenticationScheme])).AllowAnonymous();
        }
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, SignInProvider provider, Sessions sessions, SessionBook book, ViewAs view)
    {
        // another site must not be able to sign a person out with a link or an image
        if (http.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
        {
            return Results.Redirect(PortalUrls.Overview);
        }

        view.End(http);
        if (http.User.SessionId() is { } session)
        {
            // also where the browser is closed with the same press
            await sessions.EndAsync(session, SessionEnd.SignedOut, CancellationToken.None);
            book.Forget(session);
        }

        if (provider.IsEntra)
        {
            return Results.SignOut(
                new AuthenticationProperties { RedirectUri = PortalUrls.SignIn }, [IdentityConstants.ApplicationScheme, OpenIdConnectDefaults.AuthenticationScheme]);
        }

        await http.RequestServices.GetRequiredService<SignInManager<PioneerUser>>().SignOutAsync();
        return Results.Redirect(PortalUrls.SignIn);
    }
}
