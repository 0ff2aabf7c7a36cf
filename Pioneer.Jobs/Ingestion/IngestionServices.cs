using Hangfire;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Ingestion;

/// <summary>What runs batches.</summary>
internal static class IngestionServices
{
    public static void AddIngestion(this IServiceCollection services)
    {
        services.TryAddSingleton<TopicFold>();
        services.AddSingleton<TableKeys>();
        services.AddScoped<BatchFeeds>();
        services.AddScoped<BatchCompletion>();
        services.AddScoped<BatchDeletion>();
        services.AddScoped<DueBatches>();
        services.AddScoped<IOperationHandler, BatchHandler>();
        services.AddSingleton(new RecurringEntry(jobs => jobs.AddOrUpdate<DueBatches>("due-batches", due => due.RunAsync(CancellationToken.None), Cron.Hourly())));
    }
}
