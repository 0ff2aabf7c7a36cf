using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Brings one tenant to its wanted state: plan, apply, plan again, until the plan is empty, or holds only what destroys records and waits for
/// somebody to confirm that. Holds the tenant's lock meanwhile.
/// </summary>
public sealed class TenantReconciler(
    TenantPlanner planner, PlanExecutor executor, ReconcileOutcome outcome, TenantLocks locks, TimeProvider time, ILogger<TenantReconciler> logger)
{
    /// <summary>Plans that are applied in one operation: what a second does not settle is reported, not repeated for ever.</summary>
    private const int MaxRounds = 3;

    private const int ShownFailures = 3;

    /// <summary>How long metadata may take to reach every broker before what is still missing counts as missing.</summary>
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(60);

    public async Task<Result> RunAsync(Tenant tenant, OperationRun run, CancellationToken ct)
    {
        using var held = await locks.AcquireAsync(tenant.Id, ct);
        await run.CheckAsync(ct);
        var confirmed = run is { Kind: OperationKind.ReconcileTenant, Target: RequestReconcile.Confirmed };
        var plannedAt = time.GetUtcNow();
        var plan = await planner.PlanAsync(tenant.Slug, ct);
        for (var round = 1; ; round++)
        {
            if (plan.IsFailure)
            {
                return plan.Error;
            }

            ProvisioningLog.Planned(logger, tenant.Slug.Value, plan.Value.Changes.Length, plan.Value.Blocked.Length);
            var permitted = Permitted(plan.Value, confirmed);
            var applied = await executor.ApplyAsync(permitted, run, tenant.Id, ct);
            if (applied.Unavailable is { } down)
            {
                return down;
            }

            plannedAt = permitted.Changes.IsEmpty ? plannedAt : time.GetUtcNow();
            var after = permitted.Changes.IsEmpty ? plan : await SettleAsync(tenant.Slug, confirmed, mayWait: applied.Failures.IsEmpty, ct);
            if (after.IsFailure)
            {
                return after.Error;
            }

            await outcome.RecordAsync(tenant.Slug, after.Value, plannedAt, ct);
            var left = Permitted(after.Value, confirmed);
            if (left.InSync)
            {
                return Result.Success;
            }

            if (!applied.Failures.IsEmpty || left.Changes.IsEmpty || round == MaxRounds)
            {
                return Describe(tenant.Slug, applied, left);
            }

            plan = after;
        }
    }

    /// <summary>Plans until nothing is left or what is left no longer looks like metadata on its way.</summary>
    private async Task<Result<Plan>> SettleAsync(TenantSlug tenant, bool confirmed, bool mayWait, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var plan = await planner.PlanAsync(tenant, ct);
            if (plan.IsFailure || Permitted(plan.Value, confirmed).InSync || !mayWait || time.GetElapsedTime(started) > SettlePatience)
            {
                return plan;
            }

            await Task.Delay(SettlePause, time, ct);
        }
    }

    // What destroys records that nobody agreed to lose stays drift, and keeps nothing else from being done.
    private static Plan Permitted(Plan plan, bool confirmed) => confirmed ? plan : plan.WithoutUnconfirmed();

    private static Error Describe(TenantSlug tenant, PlanOutcome applied, Plan left)
    {
        if (!applied.Failures.IsEmpty)
        {
            var shown = applied.Failures.Take(ShownFailures).Select(failure => $"{failure.Change.Title}: {failure.Error.ToText()}");
            var more = applied.Failures.Length > ShownFailures ? $" And {applied.Failures.Length - ShownFailures} more; see the steps." : "";
            return new Error("ChangesFailed", $"{Plural.Of(applied.Failures.Length, "change")} failed. {string.Join(" ", shown)}{more}",
                $"Mend the cause, then reconcile '{tenant}' again; what succeeded stays.");
        }

        if (!left.Blocked.IsEmpty)
        {
            var blocked = left.Blocked[0];
            return new Error("PlanBlocked", $"{blocked.ResourceType} '{blocked.Resource}': {blocked.Reason}", blocked.WayOut);
        }

        var names = string.Join(", ", left.Changes.Take(ShownFailures).Select(change => change.Title));
        return new Error("NotInSync", $"Everything was applied, but {Plural.Of(left.Changes.Length, "change still differs", "changes still differ")}: {names}.",
            "Something else may be changing the platform at the same time; reconcile again.");
    }
}
