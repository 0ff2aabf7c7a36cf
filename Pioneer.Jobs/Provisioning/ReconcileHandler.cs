using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Brings one tenant, or all, to their wanted state. Two at once for one tenant: the second waits, and then has little to do.</summary>
public sealed class ReconcileHandler(IDbContextFactory<PioneerDbContext> database, TenantReconciler reconciler) : IOperationHandler
{
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.ReconcileTenant, OperationKind.ReconcileAll];

    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        var tenants = await TenantsAsync(run, ct);
        var failures = new List<Error>();
        foreach (var tenant in tenants)
        {
            var result = await reconciler.RunAsync(tenant, run, ct);
            if (result.IsFailure)
            {
                failures.Add(tenants.Count == 1 ? result.Error : result.Error with { Message = $"{tenant.Slug}: {result.Error.Message}" });
                if (result.Error.Kind == ErrorKind.Unavailable)
                {
                    return failures[^1];
                }
            }
        }

        return failures.Count switch
        {
            0 => Result.Success,
            1 => failures[0],
            _ => new Error("TenantsFailed", $"{failures.Count} of {tenants.Count} tenants are not in sync. {string.Join(" ", failures.Select(error => error.Message))}"),
        };
    }

    private async Task<List<Tenant>> TenantsAsync(OperationRun run, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var tenants = run.TenantId is { } one
            ? db.Tenants.Where(tenant => tenant.Id == one)
            : db.Tenants.Where(tenant => tenant.State != TenantState.Deleted);
        if (run is { TenantId: null, Target: { } feed })
        {
            tenants = tenants.Where(tenant => db.Entitlements.Any(row => row.TenantId == tenant.Id && db.Feeds.Any(known => known.Id == row.FeedId && known.Name == feed)));
        }

        return await tenants.AsNoTracking().OrderBy(tenant => tenant.Slug).ToListAsync(ct);
    }
}
