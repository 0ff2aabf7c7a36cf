using OpenTelemetry.Metrics;
using Pioneer.Domain.Persistence;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Kafka;
using Pioneer.Portal.Api;
using Pioneer.Portal.Auditing;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>The portal, put together on a database of the present schema; not started.</summary>
public static class PortalApplication
{
    /// <summary>Reads the arguments, starts the embedded platform's parts that nothing replaces, migrates the database, and builds pages and API.</summary>
    public static async Task<WebApplication> BuildAsync(string[] args)
    {
        KafkaLibrary.Require();
        var builder = PortalHost.CreateBuilder(args);
        builder.AddPortalLogging();
        builder.AddPortalTransport();
        builder.AddPioneerTelemetry("pioneer-portal").WithMetrics(metrics => metrics.AddPrometheusExporter());
        var migrated = MigrateBeside(builder.Configuration);
        await builder.AddPioneerAsync();
        builder.AddPortalSignIn();
        builder.AddPortalPages();
        builder.AddPioneerApi();
        builder.AddAuditExport();
        var app = builder.Build();
        app.UsePortal();
        await UntilMigratedAsync(app, migrated);
        return app;
    }

    /// <summary>The embedded platform and the database are most of a start and do not need each other: the migration runs beside.</summary>
    private static Task MigrateBeside(IConfiguration configuration)
    {
        var migrator = new DatabaseMigrator(DatabaseSettings.Read(configuration));
        return Task.Run(() => migrator.MigrateAsync(CancellationToken.None));
    }

    private static async Task UntilMigratedAsync(WebApplication app, Task migrated)
    {
        try
        {
            await migrated;
        }
        catch (Exception)
        {
            // the embedded platform runs already: put it down in order
            await app.DisposeAsync();
            throw;
        }
    }
}
