using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Brings the URLs of ksqlDB services that operators entered for tenants from the database into the directory.</summary>
public sealed class KsqlServiceUrls(IDbContextFactory<PioneerDbContext> database, KsqlServiceDirectory directory)
{
    public async Task RefreshAsync(CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var tenants = await db.Tenants.AsNoTracking()
            .Where(tenant => tenant.KsqlUrl != null && tenant.State != TenantState.Deleted && tenant.Isolation == IsolationLevel.Dedicated)
            .Select(tenant => new { tenant.Slug, tenant.KsqlUrl })
            .ToListAsync(ct);
        foreach (var tenant in tenants)
        {
            directory.Name(KsqlNames.ServiceId(tenant.Slug), tenant.KsqlUrl);
        }
    }
}
