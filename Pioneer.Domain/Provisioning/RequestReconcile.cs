using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Asks a worker to bring a tenant, or the whole platform, to its wanted state.</summary>
public sealed class RequestReconcile(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    public async Task<Result<OperationId>> ForTenantAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Operate, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, found.Value.Id, slug);
        work.Audit(db, actor, "ReconcileRequested", AuditSubject.Of(found.Value), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    public async Task<Result<OperationId>> ForAllAsync(Actor actor, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Operate);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var operation = work.Request(db, actor, OperationKind.ReconcileAll, null, "all tenants");
        work.Audit(db, actor, "ReconcileRequested", new AuditSubject("platform", "all tenants"), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }
}
