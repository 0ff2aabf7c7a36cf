using System.Net.Sockets;
using System.Text.Json;
using Hangfire;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Portal.Features.Activity;
using Pioneer.Portal.Api;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>The order of middleware and the addresses outside of Blazor.</summary>
public static class PortalPipeline
{
    public static void UsePortal(this WebApplication app)
    {
        app.UsePortalTransport();
        app.UseRequestLines(); // outside of what runs a request a second time to show a page for its failure
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true,
            // since .NET 10 the log would not have the cause of what the API has answered for
            SuppressDiagnosticsCallback = _ => false,
        });
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseSecurityHeaders();
        app.UseAuthentication();
        app.UseViewAs();
        app.Use(UseActor);
        app.UseMachineAddresses();
        app.UsePioneerApi();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapStaticAssets().AllowAnonymous();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        app.MapPrometheusScrapingEndpoint(MachineAddresses.Metrics).AllowAnonymous(); // for whom, MachineAddresses says
        app.MapHangfireDashboard(PortalUrls.Hangfire, new DashboardOptions { Authorization = [], AppPath = PortalUrls.Operations, DashboardTitle = "Pioneer jobs" })
            .RequireAuthorization(Policies.PlatformAdmin);
        app.MapGet(PortalUrls.ActivityCsv, ExportActivityAsync);
        app.MapGet("/tenants/{slug}/isolation/{id:long}/evidence.json", ExportIsolationAsync);
        app.MapReports();
        app.MapSignIn();
        app.MapPasskeys();
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
        await ListenAsync(app, cancellationToken);
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? PortalHost.DefaultUrl;
        await app.AnnounceAsync(url.TrimEnd('/'));
    }

    private static async Task ListenAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is SocketException or IOException { InnerException: AddressInUseException })
        {
            var address = app.Services.GetRequiredService<PortalAddress>();
            throw new StartException(
                $"The portal cannot listen at {string.Join(" and ", address.Listens.Select(bound => bound.Text))}: {failure.Message.TrimEnd('.')}. "
                + "Give another address with --urls=http://127.0.0.1:PORT, or stop the program that has this one.", failure);
        }
    }

    private static Task UseActor(HttpContext http, RequestDelegate next)
    {
        http.RequestServices.GetRequiredService<CurrentActor>().Use(http.User);
        return next(http);
    }

    private static async Task<IResult> ExportIsolationAsync(string slug, long id, IsolationChecks checks, CurrentActor current, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        var found = await checks.GetAsync(current.Actor, slug, id, http.RequestAborted);
        return found.IsSuccess
            ? Results.File(JsonSerializer.SerializeToUtf8Bytes(found.Value, IsolationChecks.Json), "application/json", $"isolation-{slug}-{found.Value.Record.FinishedAt:yyyyMMdd-HHmmss}.json")
            : Results.NotFound();
    }

    private static IResult ExportActivityAsync(
        string? q, string? action, DateTimeOffset? from, DateTimeOffset? to, AuditViews audit, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Stream(
            stream => audit.WriteCsvAsync(new ActivityFilter(q, action, From: from, To: to), stream, http.RequestAborted),
            "text/csv; charset=utf-8", "activity.csv");
    }
}
