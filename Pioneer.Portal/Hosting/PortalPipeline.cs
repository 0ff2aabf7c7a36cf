using Hangfire;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pioneer.Portal.Features.Activity;
using Pioneer.Portal.Api;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Prometheus;
using Serilog;

namespace Pioneer.Portal.Hosting;

/// <summary>The order of middleware and the addresses outside of Blazor.</summary>
public static class PortalPipeline
{
    public static void UsePortal(this WebApplication app)
    {
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseSecurityHeaders();
        app.UseSerilogRequestLogging(o => o.EnrichDiagnosticContext = EnrichWithPerson);
        app.UseAuthentication();
        app.UseViewAs();
        app.Use(UseActor);
        app.UsePioneerApi();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        MeterAdapter.StartListening(); // from the start, not from the first question on
        app.MapMetrics().AllowAnonymous();
        app.MapHangfireDashboard(PortalUrls.Hangfire, new DashboardOptions { Authorization = [], AppPath = PortalUrls.Operations, DashboardTitle = "Pioneer jobs" })
            .RequireAuthorization(Policies.PlatformAdmin);
        app.MapGet(PortalUrls.ActivityCsv, ExportActivityAsync);
        app.MapSignIn();
        app.MapViewAs();
        app.MapPioneerApi();
        // the policy of every response has frame-ancestors already
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);
    }

    /// <summary>Runs until somebody stops the process.</summary>
    public static async Task<int> RunPortalAsync(this WebApplication app)
    {
        await app.StartPortalAsync(CancellationToken.None);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Starts, prints the set-up link where there is no admin, then the one ready line.</summary>
    public static async Task StartPortalAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        await app.StartAsync(cancellationToken);
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? PortalHost.DefaultUrl;
        await app.AnnounceAsync(url.TrimEnd('/'));
    }

    private static Task UseActor(HttpContext http, RequestDelegate next)
    {
        http.RequestServices.GetRequiredService<CurrentActor>().Use(http.User);
        return next(http);
    }

    private static void EnrichWithPerson(IDiagnosticContext log, HttpContext http)
    {
        log.Set("User", http.User.Identity?.Name ?? "-");
        if (http.GetRouteValue("slug") is string slug)
        {
            log.Set("Tenant", slug);
        }
    }

    private static IResult ExportActivityAsync(string? q, string? action, AuditViews audit) => Results.Stream(
        stream => audit.WriteCsvAsync(new ActivityFilter(q, action), stream, CancellationToken.None), "text/csv; charset=utf-8", "activity.csv");
}
