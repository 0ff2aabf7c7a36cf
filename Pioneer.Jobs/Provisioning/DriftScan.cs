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
/// The platform is looked at once for many tenants, so that a scan costs what there is, not that times the tenants.
/// </summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
[DisableConcurrentExecution(timeoutInSeconds: 1)]
public sealed class DriftScan(
    IDbContextFactory<PioneerDbContext> database, AmbientTenantScope scope, IObservedStateReader reader, TenantPlanner planner, ReconcileOutcome outcome,
    RequestReconcile reconcile, TimeProvider time, ILogger<DriftScan> logger)
{
    /// <summary>Tenants that are planned together: their rows are in memory at once.</summary>
    private const int Batch = 200;

    /// <summary>
    /// For how long a look at the platform is planned from, or for as long as taking it lasted: an older one would find whole what was since broken, and the
    /// other way round.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CancellationToken ct)
    {
        scope.Use(TenantScope.All);
        ObservedPlatform? platform = null;
        var (lookedAt, goodUntil) = (time.GetUtcNow(), DateTimeOffset.MinValue);
        foreach (var batch in (await IdleTenantsAsync(null, lookedAt, ct)).Chunk(Batch))
        {
            if (platform is null || time.GetUtcNow() > goodUntil)
            {
                lookedAt = time.GetUtcNow();
                var look = await reader.ReadPlatformAsync(ct);
                if (look.IsFailure)
                {
                    ProvisioningLog.DriftUnknown(logger, look.Error.Message);
                    return;
                }

                platform = look.Value;
                var seen = time.GetUtcNow();
                goodUntil = seen + (seen - lookedAt > Fresh ? seen - lookedAt : Fresh);
            }

            await CompareAsync(await IdleTenantsAsync(batch, lookedAt, ct), platform, lookedAt, ct);
        }
    }

    private async Task CompareAsync(List<TenantSlug> tenants, ObservedPlatform platform, DateTimeOffset lookedAt, CancellationToken ct)
    {
        var plans = new Dictionary<TenantSlug, Plan>();
        foreach (var (tenant, plan) in await planner.PlanAsync(tenants, platform, ct))
        {
            if (plan.IsSuccess)
            {
                plans[tenant] = plan.Value;
            }
            else
            {
                // one tenant's own server that is down must not leave the others unlooked at
                ProvisioningLog.DriftUnknown(logger, plan.Error.Message);
            }
        }

        await outcome.RecordAsync(plans, lookedAt, ct);
        foreach (var (tenant, plan) in plans)
        {
            var safe = plan.With(PlanConsent.Nobody);
            if (!safe.Changes.IsEmpty)
            {
                var operation = await reconcile.ForDriftAsync(tenant, ct);
                ProvisioningLog.Drifted(logger, safe.Changes.Length, tenant.Value, operation.IsSuccess ? operation.Value.ToString() : operation.Error.Message);
            }
        }
    }

    /// <summary>
    /// Those of the tenants, or of all, that nobody works on and that nobody has worked on or compared since the platform was looked at: what was seen of others
    /// may no longer be so, and their work writes down what it left.
    /// </summary>
    private async Task<List<TenantSlug>> IdleTenantsAsync(IReadOnlyCollection<TenantSlug>? among, DateTimeOffset lookedAt, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var tenants = among is null ? db.Tenants : db.Tenants.Where(tenant => among.Contains(tenant.Slug));
        return await tenants.AsNoTracking()
            .Where(tenant => tenant.State != TenantState.Deleted && (tenant.DriftCheckedAt == null || tenant.DriftCheckedAt <= lookedAt)
                && !db.Operations.Any(row => row.TenantId == tenant.Id
                    && (row.State == OperationState.Queued || row.State == OperationState.Running || row.FinishedAt > lookedAt)))
            .OrderBy(tenant => tenant.Slug)
            .Select(tenant => tenant.Slug)
            .ToListAsync(ct);
    }
}
