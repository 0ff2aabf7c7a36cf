using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pioneer.Domain.Persistence;

namespace Pioneer.Portal.Hosting;

/// <summary>The portal is ready when its database answers. Kafka being down does not make it unready: that is when people need it.</summary>
public sealed class DatabaseHealthCheck(IDbContextFactory<PioneerDbContext> databases) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The portal's database does not answer.");
    }
}
