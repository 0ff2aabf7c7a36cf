using OpenTelemetry.Metrics;
using Pioneer.Domain.Persistence;
using Pioneer.Embedded;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Kafka;
using Pioneer.Portal.Api;
using Pioneer.Portal.Auditing;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>The portal, put together on a database of the present schema; not started.</summary>
public static class PortalApplication
{
    /// <summary>
    /// Reads the arguments, starts the embedded platform's parts that nothing replaces, migrates the database, and builds pages and API. A start that is
    /// refused leaves nothing behind: no platform that runs, no migration that writes.
    /// </summary>
    public static async Task<WebApplication> BuildAsync(string[] args)
    {
        KafkaLibrary.Require();
        var builder = PortalHost.CreateBuilder(args);
        builder.AddPortalLogging();
        builder.AddPortalTransport();
        builder.AddPioneerTelemetry("pioneer-portal").WithMetrics(metrics => metrics.AddPrometheusExporter());
        var migrated = MigrateBeside(builder.Configuration);
        EmbeddedPlatform? embedded = null;
        WebApplication? app = null;
        try
        {
            embedded = await builder.StartEmbeddedAsync();
            builder.AddPioneer(embedded);
            builder.AddPortalSignIn();
            builder.AddPortalPages();
            builder.AddPioneerApi();
            builder.AddAuditExport();
            app = builder.Build();
            app.UsePortal();
            await migrated;
            return app;
        }
        catch (Exception)
        {
            await PutDownAsync(app, embedded, migrated);
            throw;
        }
    }

    /// <summary>The embedded platform and the database are most of a start and do not need each other: the migration runs beside.</summary>
    private static Task MigrateBeside(IConfiguration configuration)
    {
        var migrator = new DatabaseMigrator(DatabaseSettings.Read(configuration));
        return Task.Run(() => migrator.MigrateAsync(CancellationToken.None));
    }

    private static async Task PutDownAsync(WebApplication? app, EmbeddedPlatform? embedded, Task migrated)
    {
        // what the migration says is told where it is what refused the start
        await migrated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }
        }
        finally
        {
            if (embedded is not null)
            {
                await embedded.DisposeAsync();
            }
        }
    }
}
