using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Operations;

/// <summary>
/// One worker's hold on an operation: its journal, its progress, its fence. Every write checks that no later worker took the operation up
/// (<see cref="OperationFencedException"/>) and that nobody asked to cancel it (<see cref="OperationCancelledException"/>).
/// </summary>
public sealed class OperationRun(IDbContextFactory<PioneerDbContext> database, OperationEvents events, TimeProvider time, Operation operation) : IDisposable
{
    private const int PlannedProgress = 5;
    private const int AppliedProgress = 95;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private int _planned;
    private int _finished;

    public OperationId Id { get; } = operation.Id;

    public OperationKind Kind { get; } = operation.Kind;

    public TenantId? TenantId { get; } = operation.TenantId;

    public string Subject { get; } = operation.Subject;

    public string? Target { get; } = operation.Target;

    /// <summary>The fencing token of this worker.</summary>
    public int Attempt { get; } = operation.Attempt;

    /// <summary>
    /// Writes a plan's changes into the journal. A step of an earlier attempt that is still to be done is taken over; one that is in the plan no
    /// more was done before the worker could say so.
    /// </summary>
    public Task<IReadOnlyList<int>> JournalAsync(IReadOnlyList<Change> changes, TenantId? tenant, CancellationToken ct) => WriteAsync<IReadOnlyList<int>>(async db =>
    {
        var steps = await db.OperationSteps.Where(step => step.OperationId == Id).ToListAsync(ct);
        var open = steps.Where(step => step.TenantId == tenant && step.State is not (OperationStepState.Succeeded or OperationStepState.Skipped)).ToList();
        var next = steps.Count == 0 ? 1 : steps.Max(step => step.Ordinal) + 1;
        var ordinals = new List<int>(changes.Count);
        foreach (var change in changes)
        {
            var step = open.Find(candidate => candidate.IdempotencyKey == change.IdempotencyKey);
            if (step is null)
            {
                step = NewStep(change, tenant, next++);
                db.OperationSteps.Add(step);
            }
            else
            {
                open.Remove(step);
                step.State = OperationStepState.Waiting;
                step.Error = null;
            }

            ordinals.Add(step.Ordinal);
        }

        foreach (var done in open)
        {
            done.State = OperationStepState.Succeeded;
            done.Error = null;
            done.FinishedAt ??= time.GetUtcNow();
        }

        await db.SaveChangesAsync(ct);
        _planned += changes.Count;
        return ordinals;
    }, ct);

    public Task StartedAsync(IReadOnlyList<int> ordinals, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return WriteAsync(db => db.OperationSteps.Where(step => step.OperationId == Id && ordinals.Contains(step.Ordinal)).ExecuteUpdateAsync(
            set => set.SetProperty(step => step.State, OperationStepState.Running)
                .SetProperty(step => step.Attempt, step => step.Attempt + 1)
                .SetProperty(step => step.StartedAt, now), ct), ct);
    }

    /// <summary>Writes outcomes; a null error is success.</summary>
    public Task FinishedAsync(IReadOnlyList<(int Ordinal, OperationStepState State, string? Error)> outcomes, CancellationToken ct) => WriteAsync(async db =>
    {
        var now = time.GetUtcNow();
        foreach (var group in outcomes.GroupBy(outcome => (outcome.State, outcome.Error)))
        {
            var ordinals = group.Select(outcome => outcome.Ordinal).ToList();
            await db.OperationSteps.Where(step => step.OperationId == Id && ordinals.Contains(step.Ordinal)).ExecuteUpdateAsync(
                set => set.SetProperty(step => step.State, group.Key.State)
                    .SetProperty(step => step.Error, group.Key.Error)
                    .SetProperty(step => step.FinishedAt, now), ct);
        }

        _finished += outcomes.Count;
        return true;
    }, ct);

    /// <summary>Tells how far work without a journal has got; throws when the worker has to stop.</summary>
    public Task ProgressAsync(int done, int all, CancellationToken ct)
    {
        (_finished, _planned) = (done, all);
        return CheckAsync(ct);
    }

    /// <summary>Throws when the worker has to stop.</summary>
    public Task CheckAsync(CancellationToken ct) => WriteAsync(_ => Task.FromResult(true), ct);

    public void Dispose() => _writing.Dispose();

    private async Task<T> WriteAsync<T>(Func<PioneerDbContext, Task<T>> write, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            await using var db = await database.CreateDbContextAsync(ct);
            var result = await write(db);
            var progress = _planned == 0 ? PlannedProgress : PlannedProgress + (AppliedProgress - PlannedProgress) * Math.Min(_finished, _planned) / _planned;
            await HoldAsync(db, progress, ct);
            events.Publish(new OperationEvent(Id, TenantId, OperationState.Running, progress));
            return result;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task HoldAsync(PioneerDbContext db, int progress, CancellationToken ct)
    {
        var held = await db.Operations
            .Where(row => row.Id == Id && row.Attempt == Attempt && row.State == OperationState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Progress, progress).SetProperty(row => row.Revision, row => row.Revision + 1), ct);
        if (held == 0)
        {
            throw new OperationFencedException(Id);
        }

        if (await db.Operations.AnyAsync(row => row.Id == Id && row.CancelRequested, ct))
        {
            throw new OperationCancelledException(Id);
        }
    }

    private OperationStep NewStep(Change change, TenantId? tenant, int ordinal) => new()
    {
        OperationId = Id,
        TenantId = tenant,
        Ordinal = ordinal,
        Title = change.Title,
        Kind = change.Kind,
        ResourceType = change.ResourceType,
        Resource = change.Resource,
        IdempotencyKey = change.IdempotencyKey,
        ComparedTable = change.ComparedTable,
        Before = change.Before,
        After = change.After,
    };
}

/// <summary>A later worker took the operation up: this one stops without a word.</summary>
public sealed class OperationFencedException(OperationId id) : Exception($"Operation {id} was taken up by a later worker.");

/// <summary>A person asked to cancel.</summary>
public sealed class OperationCancelledException(OperationId id, string? outcome = null) : Exception($"Operation {id} was cancelled.")
{
    /// <summary>How things stand now, for the person who cancelled.</summary>
    public string Outcome { get; } = outcome ?? "Cancelled by request; what was done before stays done.";
}
