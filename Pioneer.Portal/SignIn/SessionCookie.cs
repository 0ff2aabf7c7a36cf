using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Pioneer.Portal.SignIn;

/// <summary>A cookie is worth what its session is: looked up at each request, refused with its end, brought up to date when rights changed.</summary>
internal static class SessionCookie
{
    /// <summary>Called for each request that brings a readable cookie.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var (http, user) = (context.HttpContext, context.Principal!);
        var book = http.RequestServices.GetRequiredService<SessionBook>();
        var session = user.SessionId();
        var look = session is { } id ? await book.LookAsync(id, http.RequestAborted) : SessionLook.Closed;
        if (!look.IsOpen)
        {
            context.RejectPrincipal();
            await http.SignOutAsync(context.Scheme.Name);
            return;
        }

        if (!http.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase))
        {
            // what a browser does by itself to keep or find its circuit is nobody's action
            book.Seen(session!.Value);
        }

        if (look.RightsRevision is { } revision && revision != user.RightsRevision())
        {
            if (await http.RequestServices.GetRequiredService<SessionPrincipals>().RenewAsync(user, http.RequestAborted) is not { } renewed)
            {
                context.RejectPrincipal();
                return;
            }

            context.ReplacePrincipal(renewed);
            context.ShouldRenew = true;
        }
    }
}
