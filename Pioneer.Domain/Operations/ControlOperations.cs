using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Operations;

/// <summary>Cancels and retries operations.</summary>
public sealed class ControlOperations(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>A queued operation ends at once, a running one before its next step; what was done stays done.</summary>
    public async Task<Result> CancelAsync(Actor actor, OperationId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, id, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var row = found.Value;
        if (row.State is not (OperationState.Queued or OperationState.Running))
        {
            return OperationErrors.Ended;
        }

        row.CancelRequested = true;
        if (row.State is OperationState.Queued)
        {
            row.State = OperationState.Cancelled;
            row.FinishedAt = work.Now;
        }

        work.Audit(db, actor, "OperationCancelled", new AuditSubject("operation", id.ToString(), row.TenantId), operation: row);
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>A new operation like a failed or cancelled one.</summary>
    public async Task<Result<OperationId>> RetryAsync(Actor actor, OperationId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, id, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var row = found.Value;
        if (row.State is not (OperationState.Failed or OperationState.Cancelled))
        {
            return Error.Conflict("OperationNotFailed", "Only a failed or cancelled operation can be retried.");
        }

        var operation = work.Request(db, actor, row.Kind, row.TenantId, row.Subject, row.Target);
        work.Audit(db, actor, "OperationRetried", new AuditSubject("operation", id.ToString(), row.TenantId), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    private static async Task<Result<Operation>> FindAsync(PioneerDbContext db, Actor actor, OperationId id, CancellationToken cancellationToken)
    {
        var row = await db.Operations.SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken);
        if (row is null)
        {
            return Error.NotFound("Operation", id.ToString());
        }

        var allowed = row.TenantId is { } tenant
            ? TenantAuthorisation.Require(actor, tenant, NeededFor(row.Kind), row.Subject)
            : TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Operate);
        return allowed.IsFailure ? allowed.Error : row;
    }

    private static TenantPermission NeededFor(OperationKind kind) =>
        kind is OperationKind.ApplySubscription or OperationKind.RunSeed ? TenantPermission.Author : TenantPermission.Operate;
}
