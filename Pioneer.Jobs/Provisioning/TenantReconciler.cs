using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Brings one tenant, or the part of it that an operation covers, to its wanted state: plan, apply, plan again, until the plan is empty, or holds only what takes something away and waits
/// for somebody to confirm that. Holds the tenant's lock meanwhile.
/// </summary>
public sealed class TenantReconciler(
    TenantPlanner planner, PlanExecutor executor, ReconcileOutcome outcome, RefusedVersions refused, TenantLocks locks, TimeProvider time,
    ILogger<TenantReconciler> logger)
{
    /// <summary>Plans that are applied in one operation: what a second does not settle is reported, not repeated for ever.</summary>
    private const int MaxRounds = 3;

    private const int ShownFailures = 3;

    /// <summary>How long metadata may take to reach every broker before what is still missing counts as missing.</summary>
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(60);

    public async Task<Result> RunAsync(Tenant tenant, OperationRun run, CancellationToken ct)
    {
        var locked = await locks.AcquireAsync(tenant.Id, ct);
        if (locked.IsFailure)
        {
            return locked.Error;
        }

        using var held = locked.Value;
        await run.CheckAsync(ct);
        var toldBefore = await refused.ToldBeforeAsync(run, ct);
        var consent = RequestReconcile.ConsentOf(run.Kind, run.Target);
        var scope = OperationScope.Of(tenant.Slug, run.Kind, run.Subject, run.Target);
        var plannedAt = time.GetUtcNow();
        var plan = await PlanAsync(tenant.Slug, ct);
        ImmutableDictionary<SubscriptionId, string>? givenUp = null;
        for (var round = 1; ; round++)
        {
            if (plan.IsFailure)
            {
                return plan.Error;
            }

            ProvisioningLog.Planned(logger, tenant.Slug.Value, plan.Value.Changes.Length, plan.Value.Blocked.Length);
            var permitted = scope.Of(plan.Value).With(consent);
            var applied = await executor.ApplyAsync(permitted, run, tenant.Id, ct);
            if (applied.Unavailable is { } down)
            {
                return down;
            }

            if (givenUp is null && (givenUp = await refused.GiveUpAsync(tenant.Slug, applied.Failures, ct)) is not null)
            {
                plannedAt = time.GetUtcNow();
                plan = await PlanAsync(tenant.Slug, ct);
                continue;
            }

            plannedAt = permitted.Changes.IsEmpty ? plannedAt : time.GetUtcNow();
            var after = permitted.Changes.IsEmpty ? plan : await SettleAsync(tenant.Slug, scope, consent, mayWait: applied.Failures.IsEmpty, ct);
            if (after.IsFailure)
            {
                return after.Error;
            }

            await outcome.RecordAsync(tenant.Slug, after.Value, plannedAt, ct);
            var left = Left(after.Value, scope, consent);
            var failures = applied.Failures.Where(failure => scope.Covers(failure.Change)).ToImmutableArray();
            if (failures.IsEmpty && left.InSync)
            {
                return (givenUp ?? toldBefore) is { } told ? await ToldAsync(tenant.Slug, told, ct) : Result.Success;
            }

            if (!failures.IsEmpty || left.Changes.IsEmpty || round >= MaxRounds)
            {
                return Describe(tenant.Slug, failures, left);
            }

            plan = after;
        }
    }

    private async Task<Result> ToldAsync(TenantSlug tenant, ImmutableDictionary<SubscriptionId, string> givenUp, CancellationToken ct)
    {
        await refused.TellAsync(tenant, givenUp, ct);
        return new Error("VersionRefused", string.Join(' ', givenUp.Values));
    }

    private async Task<Result<Plan>> PlanAsync(TenantSlug tenant, CancellationToken ct)
    {
        using var span = Telemetry.Begin("plan", ("tenant", tenant.Value));
        var plan = await planner.PlanAsync(tenant, ct);
        span?.SetTag("changes", plan.IsSuccess ? plan.Value.Changes.Length : null);
        Telemetry.Judge(plan.Error);
        return plan;
    }

    /// <summary>Plans until nothing is left or what is left no longer looks like metadata on its way.</summary>
    private async Task<Result<Plan>> SettleAsync(TenantSlug tenant, OperationScope scope, PlanConsent consent, bool mayWait, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var plan = await PlanAsync(tenant, ct);
            if (plan.IsFailure || Left(plan.Value, scope, consent).InSync || !mayWait || time.GetElapsedTime(started) > SettlePatience)
            {
                return plan;
            }

            await Task.Delay(SettlePause, time, ct);
        }
    }

    /// <summary>
    /// What still lacks for the operation to have done its own thing: changes that it may make, things that cannot be made or need a consent to be made,
    /// and, for who asked for the whole tenant, what is not as wanted. The rest is drift, told elsewhere.
    /// </summary>
    private static Plan Left(Plan plan, OperationScope scope, PlanConsent consent)
    {
        var covered = plan with { Changes = [.. plan.Changes.Where(scope.Covers)], Blocked = [.. plan.Blocked.Where(scope.Covers)] };
        var unagreed = covered.Changes.Where(change => consent is PlanConsent.Asked && change is { NeedsConfirmation: true, Kind: ChangeKind.Create })
            .Select(change => new BlockedChange(change.ResourceType, change.Resource, ConsentWords.Of([change]), "Apply the tenant's plan and type its slug, or mend what is missing.")
            { Kind = BlockKind.Withheld });
        return covered.With(consent) with
        {
            Blocked =
            [
                .. covered.Blocked.Where(blocked => consent is not PlanConsent.Nobody
                    && (blocked.Kind is BlockKind.Withheld || (scope.IsWhole && blocked.Kind is BlockKind.Differs))),
                .. unagreed,
            ],
        };
    }

    private static Error Describe(TenantSlug tenant, ImmutableArray<FailedChange> failures, Plan left)
    {
        if (!failures.IsEmpty)
        {
            var shown = failures.Take(ShownFailures).Select(failure => $"{failure.Change.Title}: {failure.Error.ToText()}");
            var more = failures.Length > ShownFailures ? $" And {failures.Length - ShownFailures} more; see the steps." : "";
            return new Error("ChangesFailed", $"{Plural.Of(failures.Length, "change")} failed. {string.Join(" ", shown)}{more}",
                $"Mend the cause, then try again or reconcile '{tenant}'; what succeeded stays.");
        }

        if (left.Blocked.FirstOrDefault() is { } blocked)
        {
            return new Error("PlanBlocked", $"{blocked.ResourceType} '{blocked.Resource}': {blocked.Reason}", blocked.WayOut);
        }

        var names = string.Join(", ", left.Changes.Take(ShownFailures).Select(change => change.Title));
        return new Error("NotInSync", $"Everything was applied, but {Plural.Of(left.Changes.Length, "change still differs", "changes still differ")}: {names}.",
            "Something else may be changing the platform at the same time; reconcile again.");
    }
}
