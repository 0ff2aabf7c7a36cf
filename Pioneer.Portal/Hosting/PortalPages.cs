using MudBlazor;
using MudBlazor.Services;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Hosting;

/// <summary>Blazor, MudBlazor and what pages share.</summary>
public static class PortalPages
{
    private const int MaxHubMessageBytes = 2 * 1024 * 1024;

    public static void AddPortalPages(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRazorComponents().AddInteractiveServerComponents(o => o.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(5));
        services.Configure<Microsoft.AspNetCore.SignalR.HubOptions>(o => o.MaximumReceiveMessageSize = MaxHubMessageBytes);
        services.AddMudServices(o =>
        {
            o.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            o.SnackbarConfiguration.SnackbarVariant = Variant.Outlined;
            o.SnackbarConfiguration.VisibleStateDuration = 6000;
            o.SnackbarConfiguration.ShowTransitionDuration = 100;
            o.SnackbarConfiguration.HideTransitionDuration = 100;
        });
        services.AddSingleton<LiveChanges>();
        services.AddHostedService<LiveWatcher>();
        services.AddHostedService<OperationNotices>();
        services.AddHostedService<PlatformNotices>();
        services.AddHttpContextAccessor();
        services.AddScoped<ReportDownloads.Reporter>();
        services.AddScoped<ViewerTime>();
        services.AddScoped<BrowserClipboard>();
        services.AddScoped<Toaster>();
        services.AddScoped<ShellFacts, DatabaseShellFacts>();
        services.AddScoped<IPortalSearch, DatabaseSearch>();
        services.AddPortalFeatures();
        services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database");
    }
}
