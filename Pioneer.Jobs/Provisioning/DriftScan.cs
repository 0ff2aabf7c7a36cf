using Hangfire;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// On a schedule, compares every tenant's wanted state with what is there and writes the number of differences down. What can be mended without
/// harm to anybody is mended by an operation of its own; the rest waits for a person: nothing lowers protection, takes rights or deletes by itself. A tenant with work under way is left to that work.
/// </summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
[DisableConcurrentExecution(timeoutInSeconds: 1)]
public sealed class DriftScan(
    IDbContextFactory<PioneerDbContext> database, AmbientTenantScope scope, TenantPlanner planner, ReconcileOutcome outcome, RequestReconcile reconcile,
    TimeProvider time, ILogger<DriftScan> logger)
{
    public async Task RunAsync(CancellationToken ct)
    {
        scope.Use(TenantScope.All);
        foreach (var tenant in await IdleTenantsAsync(ct))
        {
            var plannedAt = time.GetUtcNow();
            var plan = await planner.PlanAsync(tenant, ct);
            if (plan.IsFailure)
            {
                // one tenant's own server that is down must not leave the others unlooked at
                ProvisioningLog.DriftUnknown(logger, plan.Error.Message);
                continue;
            }

            await outcome.RecordAsync(tenant, plan.Value, plannedAt, ct);
            var safe = plan.Value.With(PlanConsent.Nobody);
            if (!safe.Changes.IsEmpty)
            {
                var operation = await reconcile.ForDriftAsync(tenant, ct);
                ProvisioningLog.Drifted(logger, safe.Changes.Length, tenant.Value, operation.IsSuccess ? operation.Value.ToString() : operation.Error.Message);
            }
        }
    }

    private async Task<List<TenantSlug>> IdleTenantsAsync(CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        return await db.Tenants.AsNoTracking()
            .Where(tenant => tenant.State != TenantState.Deleted
                && !db.Operations.Any(row => row.TenantId == tenant.Id && (row.State == OperationState.Queued || row.State == OperationState.Running)))
            .OrderBy(tenant => tenant.Slug)
            .Select(tenant => tenant.Slug)
            .ToListAsync(ct);
    }
}
