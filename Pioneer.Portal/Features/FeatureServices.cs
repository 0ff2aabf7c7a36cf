using Pioneer.Portal.Features.Operations;
using Pioneer.Portal.Features.Tenants;

namespace Pioneer.Portal.Features;

/// <summary>The query objects behind the pages, one area a line.</summary>
public static class FeatureServices
{
    public static void AddPortalFeatures(this IServiceCollection services)
    {
        services.AddScoped<OperationViews>();
        services.AddScoped<TenantViews>();
    }
}
