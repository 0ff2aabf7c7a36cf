using Pioneer.Domain.Tenants;
using Pioneer.Portal.Api;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// Who reads the addresses for machines. Metrics name components and count sign-ins: this machine, platform people and their tokens read them. The
/// description of the API is for whoever may use it. <c>Portal:PublicMetrics=true</c> opens the metrics to all.
/// </summary>
internal static class MachineAddresses
{
    public const string Metrics = "/metrics";
    public const string OpenApi = "/openapi";

    /// <summary>Refuses what is not public; goes after the authentication of pages.</summary>
    public static void UseMachineAddresses(this WebApplication app)
    {
        var publicMetrics = app.Configuration.GetValue($"{PortalAddress.Section}:PublicMetrics", false);
        app.Use(async (http, next) =>
        {
            var isMetrics = http.Request.Path.StartsWithSegments(Metrics, StringComparison.OrdinalIgnoreCase);
            if ((isMetrics && !publicMetrics) || http.Request.Path.StartsWithSegments(OpenApi, StringComparison.OrdinalIgnoreCase))
            {
                if (!http.IsFromThisMachine() && !await MayReadAsync(http, isMetrics))
                {
                    http.Response.Headers.WWWAuthenticate = "Bearer";
                    http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    await http.Response.WriteAsync("Send 'Authorization: Bearer <token>' with an API token.\n", http.RequestAborted);
                    return;
                }
            }

            await next(http);
        });
    }

    private static async Task<bool> MayReadAsync(HttpContext http, bool isMetrics)
    {
        var actor = ApiAuthentication.TokenOf(http.Request) is { } token
            ? await http.RequestServices.GetRequiredService<ManageApiTokens>().RecogniseAsync(token, http.RequestAborted)
            : http.User.Identity?.IsAuthenticated is true ? http.RequestServices.GetRequiredService<CurrentActor>().Actor : null;
        return actor is not null && (isMetrics ? actor.PlatformRole is not PlatformRole.None : actor.PlatformRole is not PlatformRole.None || !actor.Memberships.IsEmpty);
    }
}
