namespace Pioneer.Jobs.Isolation;

/// <summary>Registers what shows that tenants are kept apart.</summary>
internal static class IsolationServices
{
    public static void AddIsolation(this IServiceCollection services) => services.AddScoped<RightsQuery>();
}
