using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Asks a worker to bring a tenant, or the whole platform, to its wanted state.</summary>
public sealed class RequestReconcile(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, TenantPlanner planner)
{
    /// <summary><see cref="Operation.Target"/> of a reconcile whose requester agreed to everything that the plan takes away.</summary>
    public const string Confirmed = "confirmed";

    /// <summary><see cref="Operation.Target"/> of a reconcile that nobody asked for.</summary>
    public const string SafeOnly = "safe";

    /// <summary>What the requester of an operation agreed to.</summary>
    public static PlanConsent ConsentOf(OperationKind kind, string? target) => (kind, target) switch
    {
        (OperationKind.ReconcileTenant, Confirmed) => PlanConsent.Confirmed,
        (OperationKind.ReconcileTenant, SafeOnly) => PlanConsent.Nobody,
        _ => PlanConsent.Asked,
    };

    /// <summary>Mends what can be mended without harm to anybody: the drift scan's way.</summary>
    public async Task<Result<OperationId>> ForDriftAsync(TenantSlug tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(Actor.System, tenant.Value, TenantPermission.Operate, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var operation = work.Request(db, Actor.System, OperationKind.ReconcileTenant, found.Value.Id, tenant.Value, SafeOnly);
        work.Audit(db, Actor.System, "ReconcileRequested", AuditSubject.Of(found.Value), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    /// <summary>
    /// Applies the tenant's plan. Where that takes away rights, protection or records which nobody agreed to lose, <paramref name="confirmation"/> has
    /// to be the slug, typed by hand by somebody who may provision; a worker leaves such changes out of every other reconcile.
    /// </summary>
    public Task<Result<OperationId>> ForTenantAsync(Actor actor, string slug, string? confirmation, CancellationToken cancellationToken) =>
        ForTenantAsync(actor, slug, confirmation, takesNothing: false, cancellationToken);

    /// <summary>The same; with <paramref name="takesNothing"/> without what would need a confirmation, and so without one.</summary>
    public async Task<Result<OperationId>> ForTenantAsync(
        Actor actor, string slug, string? confirmation, bool takesNothing, CancellationToken cancellationToken)
    {
        confirmation = takesNothing ? null : confirmation;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var permission = confirmation is null ? TenantPermission.Operate : TenantPermission.Provision;
        var found = await db.FindTenantAsync(actor, slug, permission, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        if (!takesNothing && confirmation != slug && await FindUnconfirmedAsync(found.Value.Slug, confirmation, cancellationToken) is { } missing)
        {
            return missing;
        }

        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, found.Value.Id, slug, confirmation is null ? null : Confirmed);
        work.Audit(
            db, actor, "ReconcileRequested", AuditSubject.Of(found.Value), after: confirmation is null ? null : new { MayTakeAway = true },
            operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    // A platform that cannot be read now is planned when it can be; the worker leaves out what was not confirmed.
    private async Task<Error?> FindUnconfirmedAsync(TenantSlug slug, string? confirmation, CancellationToken cancellationToken)
    {
        var plan = await planner.PlanAsync(slug, cancellationToken);
        var taking = plan.IsSuccess ? plan.Value.Changes.Where(change => change.NeedsConfirmation).ToList() : [];
        return taking.Count == 0 && confirmation is null
            ? null
            : Error.Invalid(
                "ConfirmationMissing", "confirmation",
                taking.Count == 0 ? $"'{confirmation}' is not the slug of the tenant." : ConsentWords.Of(taking),
                "Type the slug to confirm.");
    }
}
