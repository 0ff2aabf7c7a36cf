using Hangfire;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Recovery;

/// <summary>Registers the platform watch, its detectors and the playbooks.</summary>
public static class RecoveryServices
{
    /// <summary>Needs the adapters and the persistence of Pioneer. A host that is a drill target registers an <see cref="IFaultInjector"/> as well.</summary>
    public static IServiceCollection AddRecovery(this IServiceCollection services)
    {
        services.AddOptions<AutomaticRestartOptions>().BindConfiguration(AutomaticRestartOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AutomaticRestartOptions>, AutomaticRestartValidator>();
        return services.AddWatch();
    }

    private static IServiceCollection AddWatch(this IServiceCollection services) => services
        .AddSingleton<DrillMarker>()
        .AddSingleton<EvidenceReader>()
        .AddSingleton<EvidenceStore>()
        .AddSingleton<IncidentKeeper>()
        .AddSingleton<FindingKeeper>()
        .AddSingleton<EarlySigns>()
        .AddSingleton<SourceWatch>()
        .AddSingleton<FeedWatch>()
        .AddSingleton<PositionWatch>()
        .AddSingleton<AutomaticRestarts>()
        .AddSingleton<AutomaticVerdicts>()
        .AddSingleton<PlaybookRunEvents>()
        .AddSingleton<PlaybookRunStore>()
        .AddSingleton<LostRights>()
        .AddSingleton<PlaybookCatalogue>()
        .AddSingleton<DrillSteps>()
        .AddSingleton<PlaybookRunner>()
        .AddSingleton<PlatformWatch>()
        .AddScoped<RecoveryStatusReader>()
        .AddScoped<FlowQueries>()
        .AddScoped<IOperationHandler, RunPlaybookHandler>()
        .AddSingleton(new RecurringEntry(jobs =>
            jobs.AddOrUpdate<EvidenceStore>("evidence-thinning", store => store.ThinAsync(CancellationToken.None), Cron.Hourly())))
        .AddHostedService(services => services.GetRequiredService<PlatformWatch>())
        .AddHostedService(services => services.GetRequiredService<SourceWatch>())
        .AddHostedService(services => services.GetRequiredService<FeedWatch>())
        .AddHostedService(services => services.GetRequiredService<PositionWatch>());
}

/// <summary>Reports every mistake in the section at once.</summary>
internal sealed class AutomaticRestartValidator : IValidateOptions<AutomaticRestartOptions>
{
    public ValidateOptionsResult Validate(string? name, AutomaticRestartOptions options) =>
        options.Validate().ToList() is { Count: > 0 } mistakes ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
}
