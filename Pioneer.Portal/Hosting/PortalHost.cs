using Pioneer.Jobs.Hosting;
using System.Globalization;
using Serilog;
using Serilog.Events;

namespace Pioneer.Portal.Hosting;

/// <summary>The portal's builder and log: where configuration comes from and where lines go.</summary>
public static class PortalHost
{
    /// <summary>Address when nobody says otherwise; loopback, because the first start has no admin yet.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Takes <c>--urls</c>, <c>--data</c>, <c>--demo</c> and any configuration key as <c>--Key:Sub=value</c> or <c>Key__Sub</c>.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(PortalHost).Assembly.GetName().Name,
        });
        builder.WebHost.UseStaticWebAssets();
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Configuration["Data"] = Path.GetFullPath(builder.Configuration["Data"] is { Length: > 0 } data ? data : "data");
        Directory.CreateDirectory(builder.Configuration["Data"]!);
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }

    /// <summary>Warnings and worse to the console, everything to a file a day under <c>data/logs</c>, fourteen days kept.</summary>
    public static void AddPortalLogging(this WebApplicationBuilder builder)
    {
        var file = Path.Combine(builder.Configuration["Data"]!, "logs", "pioneer-.log");
        builder.Services.AddSerilog(log => log
            .WithPioneerLevels()
            .WithTrialLevels(builder.Configuration)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.Console(LogEventLevel.Warning, formatProvider: CultureInfo.InvariantCulture)
            .WriteTo.File(
                file,
                rollingInterval: RollingInterval.Day,
                retainedFileCountLimit: 14,
                formatProvider: CultureInfo.InvariantCulture,
                outputTemplate: "{Timestamp:O} {Level:u3} {SourceContext} {Message:lj} {Properties:j}{NewLine}{Exception}"));
    }
}
