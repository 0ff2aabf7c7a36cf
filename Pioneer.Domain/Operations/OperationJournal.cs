using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Operations;

/// <summary>The right to work on an operation; void as soon as somebody else took it up.</summary>
public sealed record OperationLease(OperationId Id, OperationKind Kind, TenantId? Tenant, string Subject, string? Target, string RequestedBy, int Attempt);

/// <summary>
/// A worker's side of an operation: take it up, journal each change, end it. Every write carries the attempt as fencing token: a worker that was
/// thought dead gets <see cref="OperationLost"/> and must stop.
/// </summary>
public sealed class OperationJournal(IDbContextFactory<PioneerDbContext> contexts, TimeProvider clock)
{
    private const int MaxErrorLength = 4000;
    private const int MaxTitleLength = 1000;

    public static readonly Error OperationLost = Error.Conflict("OperationLost", "Another worker took this operation up.");

    public static readonly Error OperationEnded = Error.Conflict("OperationEnded", "The operation has ended.");

    public static readonly Error OperationCancelled = Error.Conflict("OperationCancelled", "The operation was cancelled.");

    /// <summary>Takes the operation up, fencing off whoever had it. Fails when it has ended; a cancelled one ends here.</summary>
    public async Task<Result<OperationLease>> TakeUpAsync(OperationId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db.Operations.SingleOrDefaultAsync(operation => operation.Id == id, cancellationToken);
        if (row is null)
        {
            return Error.NotFound("Operation", id.ToString());
        }

        if (row.State is not (OperationState.Queued or OperationState.Running))
        {
            return OperationEnded;
        }

        if (row.CancelRequested)
        {
            row.State = OperationState.Cancelled;
            row.FinishedAt = clock.GetUtcNow();
            await db.SaveChangesAsync(cancellationToken);
            return OperationCancelled;
        }

        row.State = OperationState.Running;
        row.Attempt++;
        row.StartedAt ??= clock.GetUtcNow();
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure
            ? OperationLost
            : new OperationLease(row.Id, row.Kind, row.TenantId, row.Subject, row.Target, row.RequestedBy, row.Attempt);
    }

    /// <summary>Appends the changes of a plan as waiting steps; returns the ordinal of the first. Earlier attempts' unfinished steps are skipped.</summary>
    public Task<Result<int>> AppendAsync(OperationLease lease, IReadOnlyCollection<Change> changes, CancellationToken cancellationToken) =>
        AppendAsync(
            lease,
            [.. changes.Select(change => new PlannedStep(change.Title, change.ResourceType, change.Resource, change.IdempotencyKey, change.Before, change.After))],
            cancellationToken);

    public async Task<Result<int>> AppendAsync(OperationLease lease, IReadOnlyCollection<PlannedStep> steps, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await HeldAsync(db, lease, cancellationToken);
        if (row is null)
        {
            return OperationLost;
        }

        var existing = await db.OperationSteps.Where(step => step.OperationId == lease.Id).ToListAsync(cancellationToken);
        foreach (var left in existing.Where(step => step.State is OperationStepState.Waiting or OperationStepState.Running))
        {
            left.State = OperationStepState.Skipped;
        }

        var first = existing.Count == 0 ? 1 : existing.Max(step => step.Ordinal) + 1;
        db.OperationSteps.AddRange(steps.Select((step, index) => new OperationStep
        {
            OperationId = lease.Id,
            TenantId = lease.Tenant,
            Ordinal = first + index,
            Title = Cut(step.Title, MaxTitleLength)!,
            ResourceType = step.ResourceType,
            Resource = Cut(step.Resource, MaxTitleLength)!,
            IdempotencyKey = step.IdempotencyKey,
            Before = step.Before,
            After = step.After,
            Attempt = lease.Attempt,
        }));
        row.Progress = 0;
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? OperationLost : first;
    }

    /// <summary>Marks a step as begun. Tells whether the worker is to go on: not when it lost the operation or somebody cancelled it.</summary>
    public Task<Result> BeginStepAsync(OperationLease lease, int ordinal, CancellationToken cancellationToken) =>
        MarkAsync(lease, ordinal, OperationStepState.Running, null, cancellationToken);

    public Task<Result> EndStepAsync(OperationLease lease, int ordinal, Result outcome, CancellationToken cancellationToken) =>
        MarkAsync(lease, ordinal, outcome.IsSuccess ? OperationStepState.Succeeded : OperationStepState.Failed, outcome.Error, cancellationToken);

    /// <summary>Progress that is not counted in steps, 0 to 100.</summary>
    public async Task<Result> ReportAsync(OperationLease lease, int progress, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var written = await db.Operations
            .Where(row => row.Id == lease.Id && row.Attempt == lease.Attempt && row.State == OperationState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Progress, Math.Clamp(progress, 0, 100)), cancellationToken);
        return written == 0 ? OperationLost : Result.Success;
    }

    /// <summary>Ends the operation: succeeded, failed with the error's words, or cancelled.</summary>
    public async Task<Result> EndAsync(OperationLease lease, Result outcome, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await HeldAsync(db, lease, cancellationToken);
        if (row is null)
        {
            return OperationLost;
        }

        row.State = outcome.Error is null ? OperationState.Succeeded
            : outcome.Error == OperationCancelled ? OperationState.Cancelled
            : OperationState.Failed;
        row.Progress = outcome.IsSuccess ? 100 : row.Progress;
        row.Error = outcome.Error is null ? null : Cut(Words(outcome.Error), MaxErrorLength);
        row.FinishedAt = clock.GetUtcNow();
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? OperationLost : Result.Success;
    }

    /// <summary>Operations that are not at their end, oldest first: what to enqueue again at start.</summary>
    public async Task<IReadOnlyList<OperationId>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Operations.Where(row => row.State == OperationState.Queued || row.State == OperationState.Running)
            .OrderBy(row => row.RequestedAt).Select(row => row.Id).ToListAsync(cancellationToken);
    }

    private async Task<Result> MarkAsync(OperationLease lease, int ordinal, OperationStepState state, Error? error, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await HeldAsync(db, lease, cancellationToken);
        if (row is null)
        {
            return OperationLost;
        }

        var step = await db.OperationSteps.SingleAsync(candidate => candidate.OperationId == lease.Id && candidate.Ordinal == ordinal, cancellationToken);
        step.State = state;
        step.Error = error is null ? null : Cut(Words(error), MaxErrorLength);
        if (state is OperationStepState.Running)
        {
            step.StartedAt = clock.GetUtcNow();
        }
        else
        {
            step.FinishedAt = clock.GetUtcNow();
            var counts = await db.OperationSteps.Where(candidate => candidate.OperationId == lease.Id && candidate.Attempt == lease.Attempt)
                .GroupBy(_ => 1)
                .Select(all => new { All = all.Count(), Done = all.Count(candidate => candidate.State == OperationStepState.Succeeded) })
                .SingleOrDefaultAsync(cancellationToken);
            var done = (counts?.Done ?? 0) + (state is OperationStepState.Succeeded ? 1 : 0);
            row.Progress = Math.Min(99, done * 100 / Math.Max(1, counts?.All ?? 1));
        }

        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        if (saved.IsFailure)
        {
            return OperationLost;
        }

        return row.CancelRequested && state is OperationStepState.Running ? OperationCancelled : Result.Success;
    }

    private static Task<Operation?> HeldAsync(PioneerDbContext db, OperationLease lease, CancellationToken cancellationToken) =>
        db.Operations.SingleOrDefaultAsync(
            row => row.Id == lease.Id && row.Attempt == lease.Attempt && row.State == OperationState.Running, cancellationToken);

    private static string Words(Error error) => error.Hint is null ? error.Message : $"{error.Message} {error.Hint}";

    private static string? Cut(string? text, int length) => text is null || text.Length <= length ? text : text[..length];
}

/// <summary>A step that is going to be taken.</summary>
public sealed record PlannedStep(string Title, string ResourceType, string Resource, string IdempotencyKey, string? Before = null, string? After = null);
