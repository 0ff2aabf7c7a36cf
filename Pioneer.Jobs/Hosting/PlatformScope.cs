using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Hosting;

/// <summary>How long-lived services of this process reach the database: a scope of their own that sees all tenants.</summary>
internal static class PlatformScope
{
    /// <summary>Opens the scope with its context; disposing the scope disposes the context.</summary>
    public static AsyncServiceScope OpenPlatform(this IServiceScopeFactory scopes, out PioneerDbContext db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        db = scope.ServiceProvider.GetRequiredService<PioneerDbContext>();
        return scope;
    }
}
