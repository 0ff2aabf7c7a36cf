using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Operations;

/// <summary>Cancels and retries operations.</summary>
public sealed class ControlOperations(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>
    /// A queued operation ends at once, a running one before its next step; what was done stays done. A seed run that was begun is ended by a worker,
    /// queued or not: its query has to be brought back first.
    /// </summary>
    public Task<Result> CancelAsync(Actor actor, OperationId id, CancellationToken cancellationToken) =>
        WorkRecorder.RepeatAsync(() => TryCancelAsync(actor, id, cancellationToken));

    private async Task<Result> TryCancelAsync(Actor actor, OperationId id, CancellationToken cancellationToken)
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

        var seed = row.Kind is OperationKind.RunSeed ? await db.SeedRuns.SingleOrDefaultAsync(run => run.OperationId == id, cancellationToken) : null;
        row.AskToCancel(seed, work.Now);
        work.Audit(db, actor, "OperationCancelled", new AuditSubject("operation", id.ToString(), row.TenantId), operation: row);
        return await work.SaveCancelAsync(db, row, cancellationToken);
    }

    /// <summary>
    /// A new operation like a failed or cancelled one; that records may be destroyed was agreed to for the old one only. A seed run that has ended
    /// is run again from its job.
    /// </summary>
    public async Task<Result<OperationId>> RetryAsync(Actor actor, OperationId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, id, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var row = found.Value;
        if (!IsRetriable(row.State))
        {
            return Error.Conflict("OperationNotFailed", "Only a failed or cancelled operation can be retried.");
        }

        var seed = row.Kind is OperationKind.RunSeed ? await db.SeedRuns.SingleOrDefaultAsync(run => run.OperationId == id, cancellationToken) : null;
        if (seed is { State: SeedRunState.Done or SeedRunState.Failed or SeedRunState.Cancelled })
        {
            return Error.Conflict("SeedRunEnded", "The seed run of this operation has ended and cannot be gone on with.", "Run its seed job again.");
        }

        var operation = work.Request(db, actor, row.Kind, row.TenantId, row.Subject, row.Target is RequestReconcile.Confirmed or RequestReconcile.SafeOnly ? null : row.Target);
        seed?.OperationId = operation.Id;
        work.Audit(db, actor, "OperationRetried", new AuditSubject("operation", id.ToString(), row.TenantId), operation: operation);
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    /// <summary>Whether an operation in this state can be retried.</summary>
    public static bool IsRetriable(OperationState state) => state is OperationState.Failed or OperationState.Cancelled;

    /// <summary>Whether the actor may cancel and retry such an operation; <paramref name="tenant"/> is null for one of the platform.</summary>
    public static bool Allows(Actor actor, OperationKind kind, TenantId? tenant) => tenant is { } its
        ? TenantAuthorisation.Allows(actor, its, NeededFor(kind))
        : TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Operate).IsSuccess;

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
