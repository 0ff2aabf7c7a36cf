using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Seeding;
using Serilog;

namespace Pioneer.Jobs.Hosting;

/// <summary>A worker without pages: takes jobs from the shared storage, beside the portal or in its place.</summary>
public static class WorkerHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        KafkaLibrary.Require();
        var builder = WebApplication.CreateBuilder(args);
        ValuesFromFiles.AddTo(builder.Configuration);
        builder.Services.AddSerilog((services, logging) => logging.WithPioneerLevels().ReadFrom.Configuration(builder.Configuration).ReadFrom.Services(services)
            .Enrich.FromLogContext().WriteTo.Console(formatProvider: System.Globalization.CultureInfo.InvariantCulture));
        builder.AddPioneerTelemetry("pioneer-worker");
        builder.Services.AddPioneerDomain(builder.Configuration);
        builder.Services.AddPioneerJobs(builder.Configuration);
        builder.Services.AddSeeding();
        builder.Services.AddRecovery();
        builder.Services.AddHealthChecks();
        await using var app = builder.Build();
        app.MapHealthChecks("/health/live");
        await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        await app.RunAsync();
        return 0;
    }
}
