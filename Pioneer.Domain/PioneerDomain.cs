using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Domain.Topics;

namespace Pioneer.Domain;

/// <summary>Registers commands and queries. All are scoped: they see what the scope's <see cref="AmbientTenantScope"/> says.</summary>
public static class PioneerDomain
{
    /// <summary>
    /// Needs from elsewhere: <see cref="IOperationQueue"/>, <see cref="IObservedStateReader"/>, <see cref="ISecretProtector"/>,
    /// <see cref="ISourceInspector"/>, <see cref="IKsqlHosting"/>.
    /// </summary>
    public static IServiceCollection AddPioneerDomain(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddPioneerPersistence(configuration);
        services.AddOptions<ProvisioningOptions>().Bind(configuration.GetSection(ProvisioningOptions.Section))
            .Validate(options => !options.Validate().Any(), string.Join(' ', Read(configuration).Validate()))
            .ValidateOnStart();
        services.AddScoped<WorkRecorder>();
        services.AddScoped<SecretStore>();
        services.AddScoped<DesiredStateBuilder>();
        services.AddScoped<ProtectionSettings>();
        services.AddScoped<TenantPlanner>();
        services.AddScoped<RequestReconcile>();
        services.AddScoped<ReconcileOutcome>();
        services.AddScoped<ControlOperations>();
        services.AddScoped<OperationQueries>();
        services.AddScoped<IdempotencyJournal>();
        services.AddScoped<AuditQuery>();
        services.AddScoped<VerifyAudit>();
        services.AddScoped<AuditFeed>();
        services.AddScoped<SecurityTrail>();
        services.AddSingleton<TrailMemory>();
        AddTenants(services);
        AddPeople(services, configuration);
        AddIngestion(services);
        services.AddSingleton(_ => SourceRulesSettings.Read(configuration));
        services.AddSingleton(_ => KsqlAddressRules.Read(configuration));
        services.AddScoped<ManageCredentials>();
        services.AddScoped<ExpireCredentials>();
        services.AddScoped<CredentialQueries>();
        services.TryAddSingleton<ISubscriptionCompiler, SandboxCompiler>();
        services.AddScoped<TenantStreams>();
        services.AddScoped<DeploySubscription>();
        services.AddScoped<ControlSubscriptions>();
        services.AddScoped<SetCompatibility>();
        services.AddScoped<ManageDrafts>();
        services.AddScoped<SubscriptionQueries>();
        services.AddScoped<QueryCosts>();
        services.AddScoped<ManageSeedJobs>();
        services.AddScoped<SeedQueries>();
        services.AddScoped<RunPlaybooks>();
        services.AddScoped<PlaybookRunQueries>();
        services.AddScoped<IsolationChecks>();
        services.AddScoped<AttackTokens>();
        return services;
    }

    private static void AddTenants(IServiceCollection services)
    {
        services.AddScoped<CreateTenant>();
        services.AddScoped<TenantLifecycle>();
        services.AddScoped<ViewAsTenant>();
        services.AddScoped<SetTenantLimits>();
        services.AddScoped<TenantQueries>();
        services.AddScoped<TenantUse>();
        services.AddScoped<RecordReadings>();
        services.AddScoped<TopicUses>();
        services.AddSingleton<OpenSlots>();
        services.AddSingleton<OpenReadings>();
        services.AddScoped<GlobalSearch>();
        services.AddScoped<OverviewQuery>();
    }

    private static void AddPeople(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TenantDefaults>().Bind(configuration.GetSection(TenantDefaults.Section))
            .Validate(defaults => defaults.Limits.Check() is null, $"{TenantDefaults.Section}:Limits has a figure that cannot be: each is 0 (no limit) or more.")
            .ValidateOnStart();
        services.AddOptions<SessionLimits>().Bind(configuration.GetSection(SessionLimits.Section))
            .Validate(
                options => !options.Validate().Any(),
                string.Join(' ', (configuration.GetSection(SessionLimits.Section).Get<SessionLimits>() ?? new()).Validate()))
            .ValidateOnStart();
        services.AddScoped<ManageMembers>();
        services.AddScoped<Invitations>();
        services.AddScoped<Sessions>();
        services.AddScoped<AccountNotices>();
        services.AddScoped<PeopleQueries>();
        services.AddScoped<ManageApiTokens>();
        services.AddScoped<SetupLinks>();
    }

    private static void AddIngestion(IServiceCollection services)
    {
        services.AddScoped<ManageSources>();
        services.AddScoped<ManageFeeds>();
        services.AddScoped<SetEntitlements>();
        services.AddScoped<TenantValueFence>();
        services.AddScoped<ControlConnectors>();
        services.AddScoped<IngestionQueries>();
    }

    private static ProvisioningOptions Read(IConfiguration configuration) =>
        configuration.GetSection(ProvisioningOptions.Section).Get<ProvisioningOptions>() ?? new ProvisioningOptions();
}
