using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Brings one tenant to its wanted state: plan, apply, plan again, until the plan is empty, or holds only what takes something away and waits
/// for somebody to confirm that. Holds the tenant's lock meanwhile.
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
        var consent = RequestReconcile.ConsentOf(run.Kind, run.Target);
        var plannedAt = time.GetUtcNow();
        var plan = await planner.PlanAsync(tenant.Slug, ct);
        for (var round = 1; ; round++)
        {
            if (plan.IsFailure)
            {
                return plan.Error;
            }

            ProvisioningLog.Planned(logger, tenant.Slug.Value, plan.Value.Changes.Length, plan.Value.Blocked.Length);
            var permitted = plan.Value.With(consent);
            var applied = await executor.ApplyAsync(permitted, run, tenant.Id, ct);
            if (applied.Unavailable is { } down)
            {
                return down;
            }

            plannedAt = permitted.Changes.IsEmpty ? plannedAt : time.GetUtcNow();
            var after = permitted.Changes.IsEmpty ? plan : await SettleAsync(tenant.Slug, consent, mayWait: applied.Failures.IsEmpty, ct);
            if (after.IsFailure)
            {
                return after.Error;
            }

            await outcome.RecordAsync(tenant.Slug, after.Value, plannedAt, ct);
            var left = after.Value.With(consent);
            if (IsDone(left, consent))
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
    private async Task<Result<Plan>> SettleAsync(TenantSlug tenant, PlanConsent consent, bool mayWait, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var plan = await planner.PlanAsync(tenant, ct);
            if (plan.IsFailure || IsDone(plan.Value.With(consent), consent) || !mayWait || time.GetElapsedTime(started) > SettlePatience)
            {
                return plan;
            }

            await Task.Delay(SettlePause, time, ct);
        }
    }

    // What cannot be mended now is told as drift; who asked for nothing is not told again by a failure.
    private static bool IsDone(Plan left, PlanConsent consent) =>
        left.Changes.IsEmpty && left.Blocked.All(blocked => consent is PlanConsent.Nobody || blocked.Kind is BlockKind.Waits);

    private static Error Describe(TenantSlug tenant, PlanOutcome applied, Plan left)
    {
        if (!applied.Failures.IsEmpty)
        {
            var shown = applied.Failures.Take(ShownFailures).Select(failure => $"{failure.Change.Title}: {failure.Error.ToText()}");
            var more = applied.Failures.Length > ShownFailures ? $" And {applied.Failures.Length - ShownFailures} more; see the steps." : "";
            return new Error("ChangesFailed", $"{Plural.Of(applied.Failures.Length, "change")} failed. {string.Join(" ", shown)}{more}",
                $"Mend the cause, then reconcile '{tenant}' again; what succeeded stays.");
        }

        if (left.Blocked.FirstOrDefault(item => item.Kind is not BlockKind.Waits) is { } blocked)
        {
            return new Error("PlanBlocked", $"{blocked.ResourceType} '{blocked.Resource}': {blocked.Reason}", blocked.WayOut);
        }

        var names = string.Join(", ", left.Changes.Take(ShownFailures).Select(change => change.Title));
        return new Error("NotInSync", $"Everything was applied, but {Plural.Of(left.Changes.Length, "change still differs", "changes still differ")}: {names}.",
            "Something else may be changing the platform at the same time; reconcile again.");
    }
}
