using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>Changes that touch the whole of a tenant: name, suspension, off-boarding. Each is wanted state first, then an operation.</summary>
public sealed class TenantLifecycle(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Changes the display name; <paramref name="revision"/> is the one the person saw.</summary>
    public async Task<Result> RenameAsync(Actor actor, string slug, string name, long? revision, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return TenantErrors.NameMissing;
        }

        if (TextLimits.Check("name", "name", name.Trim(), TextLimits.Name) is { } tooLong)
        {
            return tooLong;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Provision, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        WorkRecorder.Expect(db, tenant, revision);
        work.Audit(db, actor, "TenantRenamed", AuditSubject.Of(tenant), new { tenant.Name }, new { Name = name.Trim() });
        tenant.Name = name.Trim();
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Rights off, queries and connectors paused, data kept.</summary>
    public Task<Result<OperationId>> SuspendAsync(Actor actor, string slug, CancellationToken cancellationToken) =>
        MoveAsync(actor, slug, TenantState.Suspended, "TenantSuspended", null, cancellationToken);

    public Task<Result<OperationId>> ResumeAsync(Actor actor, string slug, CancellationToken cancellationToken) =>
        MoveAsync(actor, slug, TenantState.Active, "TenantResumed", null, cancellationToken);

    /// <summary>Deletes everything of the tenant on the platform. <paramref name="confirmation"/> is the slug, typed by hand;
    /// <paramref name="revision"/> the state that the person saw, null for any.</summary>
    public async Task<Result<OperationId>> OffboardAsync(Actor actor, string slug, string? confirmation, long? revision, CancellationToken cancellationToken) =>
        confirmation == slug
            ? await MoveAsync(actor, slug, TenantState.Offboarding, "TenantOffboarded", revision, cancellationToken)
            : Error.Invalid(
                "ConfirmationMissing", "confirmation", $"Off-boarding '{slug}' deletes all its topics, results and credentials.",
                "Type the slug to confirm.");

    private async Task<Result<OperationId>> MoveAsync(
        Actor actor, string slug, TenantState target, string action, long? revision, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Provision, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value;
        if (!MayMove(tenant.State, target))
        {
            return Error.Conflict("TenantStateWrong", $"Tenant '{slug}' is {tenant.State.ToString().ToLowerInvariant()}; it cannot become {target.ToString().ToLowerInvariant()}.");
        }

        WorkRecorder.Expect(db, tenant, revision);
        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, tenant.Id, slug);
        work.Audit(db, actor, action, AuditSubject.Of(tenant), new { tenant.State }, new { State = target }, operation);
        tenant.State = target;
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    private static bool MayMove(TenantState from, TenantState to) => (from, to) switch
    {
        (TenantState.Active or TenantState.Provisioning, TenantState.Suspended) => true,
        (TenantState.Suspended, TenantState.Active) => true,
        (TenantState.Active or TenantState.Provisioning or TenantState.Suspended, TenantState.Offboarding) => true,
        _ => false,
    };
}
