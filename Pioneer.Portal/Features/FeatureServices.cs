using Pioneer.Portal.Features.Activity;
using Pioneer.Portal.Features.Delivery;
using Pioneer.Portal.Features.Editor;
using Pioneer.Portal.Features.Ingestion;
using Pioneer.Portal.Features.Operations;
using Pioneer.Portal.Features.Overview;
using Pioneer.Portal.Features.Recovery;
using Pioneer.Portal.Features.Settings;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.Features.Tenants;

namespace Pioneer.Portal.Features;

/// <summary>The query objects behind the pages, one area a line.</summary>
public static class FeatureServices
{
    public static void AddPortalFeatures(this IServiceCollection services)
    {
        services.AddScoped<OperationViews>();
        services.AddScoped<TenantViews>();
        services.AddScoped<IngestionViews>();
        services.AddScoped<SubscriptionViews>();
        services.AddScoped<CredentialViews>().AddSingleton<ConnectionSnippets>();
        services.AddScoped<AuditViews>();
        services.AddScoped<RecoveryViews>();
        services.AddSingleton<Throughput>().AddHostedService(s => s.GetRequiredService<Throughput>());
        services.AddScoped<EditorStore>();
        services.AddScoped<UserViews>().AddScoped<PlatformConnections>();
    }
}
