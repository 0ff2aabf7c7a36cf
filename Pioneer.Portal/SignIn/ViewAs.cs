using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Hosting;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// 'View as tenant': a protected cookie, good for the one person and for an hour, that takes the platform role off the principal of each request and
/// gives it a viewer's grant in one tenant instead. Pages, policies and commands then see a viewer; nobody has to remember to ask.
/// </summary>
internal sealed class ViewAs(IDataProtectionProvider protection, PortalAddress address, TimeProvider clock)
{
    private string CookieName => PortalCookie.NameOf("pioneer-view-as", address);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Pioneer.ViewAs.v1").ToTimeLimitedDataProtector();

    /// <summary>When a view that begins now ends by itself.</summary>
    public DateTimeOffset Until => clock.GetUtcNow() + Longest;

    public void Begin(HttpContext http, string slug, TenantId tenant)
    {
        var text = JsonSerializer.Serialize(new View(IdOf(http.User) ?? "", slug, tenant.Value));
        http.Response.Cookies.Append(CookieName, _protector.Protect(text, Longest), Options(http));
    }

    public void End(HttpContext http) => http.Response.Cookies.Delete(CookieName, Options(http));

    /// <summary>The principal that the request goes on with.</summary>
    public ClaimsPrincipal Apply(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is not { Length: > 0 } cookie || !http.User.SeesPlatform() || Read(cookie) is not { } view
            || view.Person != IdOf(http.User))
        {
            return http.User;
        }

        return http.User.ViewedAs(new TenantGrant(view.Slug, new TenantId(view.Tenant), TenantRole.Viewer));
    }

    private View? Read(string cookie)
    {
        try
        {
            return JsonSerializer.Deserialize<View>(_protector.Unprotect(cookie));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // made up or over: the person is who they are
            return null;
        }
    }

    private static string? IdOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier);

    private CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = address.IsHttps || http.Request.IsHttps, MaxAge = Longest, Path = "/",
    };

    private sealed record View(string Person, string Slug, Guid Tenant);
}

/// <summary>
/// Where a view begins and ends: forms of our own pages. The session's cookie is SameSite=Lax, so that another site's form comes without it.
/// </summary>
internal static class ViewAsAddresses
{
    public static void UseViewAs(this WebApplication app) => app.Use((http, next) =>
    {
        http.User = http.RequestServices.GetRequiredService<ViewAs>().Apply(http);
        return next(http);
    });

    public static void MapViewAs(this WebApplication app)
    {
        app.MapPost(PortalUrls.ViewAs("{slug}"), BeginAsync);
        app.MapPost(PortalUrls.StopViewing, EndAsync);
    }

    private static async Task<IResult> BeginAsync(string slug, ViewAsTenant views, ViewAs view, CurrentActor current, HttpContext http, CancellationToken ct)
    {
        var begun = await views.BeginAsync(current.Actor, slug, view.Until, ct);
        if (begun.IsFailure)
        {
            return begun.Error.Kind is ErrorKind.NotFound ? Results.Text(begun.Error.Message, statusCode: StatusCodes.Status404NotFound) : Results.Forbid();
        }

        view.Begin(http, slug, begun.Value);
        return Results.Redirect(PortalUrls.Overview);
    }

    private static async Task<IResult> EndAsync(ViewAsTenant views, ViewAs view, CurrentActor current, HttpContext http, CancellationToken ct)
    {
        if (http.User.ViewedTenant() is not { } viewed)
        {
            return Results.Redirect(PortalUrls.Overview);
        }

        await views.EndAsync(current.Actor, viewed.Slug, ct);
        view.End(http);
        return Results.Redirect(PortalUrls.Tenant(viewed.Slug));
    }
}
