using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.InMemory;
using Hangfire.SqlServer;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Ingestion;
using Pioneer.Jobs.Isolation;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Provisioning;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Sources;
using Pioneer.Jobs.Subscriptions;
using Pioneer.Jobs.Topics;

namespace Pioneer.Jobs.Hosting;

/// <summary>
/// Registers everything that Pioneer.Jobs offers: adapters, applier, operations, job storage and, unless switched off, workers. Needs
/// <c>AddPioneerDomain</c> beside it, and gives it the implementations of its ports.
/// </summary>
public static class JobServices
{
    private static readonly TimeSpan ScheduleResolution = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddPioneerJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JobsOptions>().Bind(configuration.GetSection(JobsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsValidator>();
        var options = configuration.GetSection(JobsOptions.Section).Get<JobsOptions>() ?? new JobsOptions();
        services.AddPlatformAdapters(configuration);
        services.AddProvisioning();
        services.AddOperations();
        services.AddScoped<SourceInspector>();
        services.AddSingleton<SourceProbe>();
        services.AddSingleton<SourceConnections>();
        services.AddScoped<ISourceInspector>(provider => provider.GetRequiredService<SourceInspector>());
        services.AddSubscriptions();
        services.AddIngestion();
        services.AddIsolation(configuration);
        services.AddSecretProtection(configuration);
        services.AddJobStorage(options, configuration);
        return services;
    }

    private static void AddProvisioning(this IServiceCollection services)
    {
        services.AddScoped<PlatformSecrets>();
        services.AddScoped<KsqlServiceUrls>();
        services.AddSingleton<IKsqlHosting>(provider => provider.GetRequiredService<KsqlServiceDirectory>());
        services.AddScoped<KsqlObservation>();
        services.AddScoped<IObservedStateReader, ObservedStateReader>();
        services.AddScoped<BrokerRights>();
        services.AddScoped<RightsPlanner>();
        services.AddScoped<QuotaObservation>();
        services.AddScoped<TopicApplier>();
        services.AddScoped<RightsApplier>();
        services.AddScoped<QuotaApplier>();
        services.AddScoped<QueryIsolationCheck>();
        services.AddScoped<KsqlQueryApplier>();
        services.AddScoped<KsqlApplier>();
        services.AddScoped<ConnectorSecrets>();
        services.AddScoped<ConnectorApplier>();
        services.AddScoped<ChangeApplier>();
        services.AddScoped<IChangeApplier>(provider => provider.GetRequiredService<ChangeApplier>());
        services.AddScoped<PlanExecutor>();
        services.AddScoped<RefusedVersions>();
        services.AddScoped<TenantReconciler>();
        services.AddScoped<DriftScan>();
        services.AddScoped<CredentialExpiry>();
        services.AddScoped<IOperationHandler, ReconcileHandler>();
        services.AddScoped<ConnectorRestart>();
        services.AddScoped<IOperationHandler, ConnectorHandler>();
    }

    private static void AddSubscriptions(this IServiceCollection services)
    {
        services.AddScoped<TenantSandbox>();
        services.AddScoped<PreviewService>();
        services.AddSingleton<SharedTopics>();
        services.AddScoped<DeliveryReader>();
        services.AddScoped<DeliveryTail>();
        services.AddScoped<DeliveryReaders>();
        services.AddScoped<TenantTopics>();
        services.AddScoped<TenantGroups>();
        services.AddScoped<UnreadAges>();
        services.AddScoped<TopicRecords>();
        // a host without a watch has an empty picture: what it does not see is not observed
        services.AddSingleton<PlatformPicture>();
        services.AddSingleton<TenantFlowReader>();
        services.AddScoped<ResumeOutcome>();
        services.AddScoped<IOperationHandler, ApplySubscriptionHandler>();
    }

    private static void AddOperations(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<OperationMeters>();
        services.AddSingleton<OperationEvents>();
        services.AddSingleton<RunningOperations>();
        services.AddSingleton<TenantLocks>();
        services.AddSingleton<IOperationQueue, HangfireOperationQueue>();
        services.AddSingleton<DelayedOperations>();
        services.AddScoped<OperationRunner>();
        services.AddScoped<OperationJob>();
    }

    private static void AddJobStorage(this IServiceCollection services, JobsOptions options, IConfiguration configuration)
    {
        // Registered before AddHangfire, which would hand out Hangfire's static Current ones: those of the host that started last in this process.
        services.AddSingleton(provider => OpenStorage(provider, options, configuration));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddHangfire((provider, hangfire) => hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings()
            .UseLogProvider(new JobLogProvider(provider.GetRequiredService<ILoggerFactory>())));
        services.AddHostedService<UnfinishedOperations>();
        if (options.Workers > 0)
        {
            services.AddHangfireServer(server =>
            {
                server.WorkerCount = options.Workers;
                server.SchedulePollingInterval = ScheduleResolution;
                server.ShutdownTimeout = TimeSpan.FromSeconds(5);
            });
            services.AddSingleton(new RecurringEntry(jobs =>
                jobs.AddOrUpdate<DriftScan>("drift-scan", scan => scan.RunAsync(CancellationToken.None), options.ReconcileCron)));
            services.AddSingleton(new RecurringEntry(jobs =>
                jobs.AddOrUpdate<CredentialExpiry>("credential-expiry", expiry => expiry.RunAsync(CancellationToken.None), Cron.Minutely())));
            services.AddHostedService<RecurringWork>();
        }
    }

    private static JobStorage OpenStorage(IServiceProvider provider, JobsOptions options, IConfiguration configuration)
    {
        // Takes Hangfire's log to this host's, which the storage asks for as it opens.
        provider.GetRequiredService<IGlobalConfiguration>();
        return string.Equals(options.Storage, "SqlServer", StringComparison.OrdinalIgnoreCase)
            ? new SqlServerStorage(options.ConnectionString ?? configuration["Database:ConnectionString"]
                ?? throw new StartException("Jobs:ConnectionString is empty: SqlServer job storage needs one."))
            : new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(3) });
    }
}

/// <summary>Puts the recurring jobs on the schedule, beside the rest of the start.</summary>
internal sealed class RecurringWork(IRecurringJobManager jobs, IEnumerable<RecurringEntry> entries) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var entry in entries)
        {
            entry.Schedule(jobs);
        }

        return Task.CompletedTask;
    }
}

/// <summary>A job that an area wants on the schedule; put there at start by the hosts that have workers.</summary>
internal sealed record RecurringEntry(Action<IRecurringJobManager> Schedule);
