using Hangfire;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Isolation;

/// <summary>Registers what shows that tenants are kept apart.</summary>
internal static class IsolationServices
{
    private static readonly TimeSpan OneRequest = TimeSpan.FromSeconds(15);

    public static void AddIsolation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IsolationOptions>().Bind(configuration.GetSection(IsolationOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IsolationOptions>, IsolationOptionsValidator>();
        services.AddScoped<RightsQuery>();
        services.TryAddSingleton<IPortalDoor, ConfiguredPortalDoor>();
        services.AddScoped<StandIns>();
        services.AddScoped<AttackGroundReader>();
        services.AddScoped<ServiceAttack>();
        services.AddScoped<PortalAttack>();
        services.AddScoped<SearchAttack>();
        services.AddScoped<IsolationAttack>();
        services.AddScoped<IsolationIncidents>();
        services.AddScoped<IOperationHandler, CheckIsolationHandler>();
        services.AddHttpClient(ServiceAttack.Client, client => client.Timeout = OneRequest).UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false);
        var cron = (configuration.GetSection(IsolationOptions.Section).Get<IsolationOptions>() ?? new IsolationOptions()).CheckCron;
        services.AddSingleton(new RecurringEntry(jobs =>
        {
            if (string.IsNullOrWhiteSpace(cron))
            {
                jobs.RemoveIfExists("isolation-check");
            }
            else
            {
                jobs.AddOrUpdate<IsolationSchedule>("isolation-check", schedule => schedule.RunAsync(CancellationToken.None), cron);
            }
        }));
    }
}
