using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>The one cookie that says who is signed in, the same for both providers.</summary>
internal static class PortalCookie
{
    /// <summary>Name, lifetime and where people without a session or a right are led.</summary>
    public static void Configure(CookieAuthenticationOptions cookie)
    {
        cookie.LoginPath = PortalUrls.SignIn;
        cookie.AccessDeniedPath = PortalUrls.AccessDenied;
        cookie.Cookie.Name = "pioneer";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
        cookie.SlidingExpiration = true;
        cookie.Events.OnRedirectToLogin = context => RefuseProgramsAsync(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => RefuseProgramsAsync(context, StatusCodes.Status403Forbidden);
    }

    // people are led to a page, programs are told the status
    private static Task RefuseProgramsAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
