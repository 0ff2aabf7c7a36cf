using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Asks a worker to bring a tenant, or the whole platform, to its wanted state.</summary>
public sealed class RequestReconcile(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, TenantPlanner planner)
{
    /// <summary><see cref="Operation.Target"/> of a reconcile whose requester agreed that records are destroyed.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>
    /// Applies the tenant's plan. Where that destroys records which nobody agreed to lose, <paramref name="confirmation"/> has to be the slug, typed
    /// by hand by somebody who may provision; a worker leaves such changes out of every other reconcile.
    /// </summary>
    public async Task<Result<OperationId>> ForTenantAsync(Actor actor, string slug, string? confirmation, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var permission = confirmation is null ? TenantPermission.Operate : TenantPermission.Provision;
        var found = await db.FindTenantAsync(actor, slug, permission, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        if (confirmation != slug && await FindUnconfirmedAsync(found.Value.Slug, confirmation, cancellationToken) is { } missing)
        {
            return missing;
        }

        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, found.Value.Id, slug, confirmation is null ? null : Confirmed);
        work.Audit(
            db, actor, "ReconcileRequested", AuditSubject.Of(found.Value), after: confirmation is null ? null : new { DataMayBeDestroyed = true },
            operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    // A platform that cannot be read now is planned when it can be; the worker leaves out what was not confirmed.
    private async Task<Error?> FindUnconfirmedAsync(TenantSlug slug, string? confirmation, CancellationToken cancellationToken)
    {
        var plan = await planner.PlanAsync(slug, cancellationToken);
        var destroying = plan.IsSuccess ? plan.Value.Changes.Where(change => change.NeedsConfirmation).Select(change => change.Resource).ToList() : [];
        return destroying.Count == 0 && confirmation is null
            ? null
            : Error.Invalid(
                "ConfirmationMissing", "confirmation",
                destroying.Count == 0
                    ? $"'{confirmation}' is not the slug of the tenant."
                    : $"Applying the plan deletes records of {string.Join(", ", destroying)} for good.",
                "Type the slug to confirm.");
    }
}
