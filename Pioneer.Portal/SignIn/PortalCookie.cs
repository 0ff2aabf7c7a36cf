using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Hosting;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>The one cookie that says who is signed in, the same for both providers.</summary>
internal static class PortalCookie
{
    /// <summary>Name, lifetime and where people without a session or a right are led. What it is worth, <see cref="SessionCookie"/> says each time.</summary>
    public static void Configure(CookieAuthenticationOptions cookie, PortalAddress address, SessionLimits sessions)
    {
        cookie.LoginPath = PortalUrls.SignIn;
        cookie.AccessDeniedPath = PortalUrls.AccessDenied;
        cookie.Cookie.Name = NameOf("pioneer", address);
        cookie.Cookie.Path = "/";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = address.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = sessions.Longest;
        cookie.SlidingExpiration = false;
        cookie.Events.OnValidatePrincipal = SessionCookie.ValidateAsync;
        cookie.Events.OnRedirectToLogin = context => RefuseProgramsAsync(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => RefuseProgramsAsync(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>With https the name binds the cookie to this host: no other host of the domain can set it.</summary>
    public static string NameOf(string name, PortalAddress address) => address.IsHttps ? $"__Host-{name}" : name;

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
