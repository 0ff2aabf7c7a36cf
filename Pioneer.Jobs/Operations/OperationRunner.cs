using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Operations;

/// <summary>
/// The job behind every operation: takes the row up with a new fencing token, lets its handler work, writes the outcome. Queued or Running
/// becomes Succeeded, Failed or Cancelled; Queued again, with back-off, while a part of the platform does not answer. Two instances at once:
/// in one process the second does nothing, across processes the later one fences the earlier.
/// </summary>
public sealed class OperationRunner(
    IDbContextFactory<PioneerDbContext> database, AmbientTenantScope scope, IEnumerable<IOperationHandler> handlers, DelayedOperations delayed,
    RunningOperations running, OperationEvents events, OperationMeters meters, TimeProvider time, ILogger<OperationRunner> logger)
{
    private const int TakeUpTries = 5;

    private static readonly TimeSpan[] Backoff =
        [.. new[] { 1, 2, 4, 8, 15, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    public async Task RunAsync(Guid id, CancellationToken ct)
    {
        scope.Use(TenantScope.All);
        var operationId = new OperationId(id);
        if (!running.TryAdd(operationId))
        {
            return;
        }

        TimeSpan? nextTry = null;
        try
        {
            if (await TakeUpAsync(operationId, ct) is { } operation)
            {
                var slug = await SlugOfAsync(operation, ct);
                using var logged = logger.BeginScope("Operation {Operation} of tenant {Tenant}", operation.Id, slug);
                using var span = Telemetry.Begin($"operation {operation.Kind}", ("operation.id", operation.Id.ToString()), ("tenant", slug), ("attempt", operation.Attempt));
                nextTry = await RunAsync(operation, ct);
            }
        }
        finally
        {
            running.Remove(operationId);
        }

        // not before: a next try that comes while this one is still at work does nothing, and there would be none after it
        if (nextTry is { } delay)
        {
            delayed.Enqueue(operationId, delay);
        }
    }

    private async Task<string?> SlugOfAsync(Operation operation, CancellationToken ct)
    {
        if (operation.TenantId is not { } id)
        {
            return null;
        }

        await using var db = await database.CreateDbContextAsync(ct);
        return (await db.Tenants.Where(tenant => tenant.Id == id).Select(tenant => tenant.Slug).SingleAsync(ct)).ToString();
    }

    private async Task<Operation?> TakeUpAsync(OperationId id, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await database.CreateDbContextAsync(ct);
            var operation = await db.Operations.SingleOrDefaultAsync(row => row.Id == id, ct);
            if (operation is null || operation.State is not (OperationState.Queued or OperationState.Running))
            {
                return null;
            }

            var ends = operation.CancelRequested && HandlerOf(operation.Kind) is not { PutsBack: true };
            operation.Attempt++;
            operation.State = ends ? OperationState.Cancelled : OperationState.Running;
            operation.StartedAt ??= time.GetUtcNow();
            operation.FinishedAt = ends ? time.GetUtcNow() : null;
            operation.Error = null;
            try
            {
                await db.SaveChangesAsync(ct);
                Publish(operation);
                return ends ? null : operation;
            }
            catch (DbUpdateConcurrencyException) when (attempt < TakeUpTries)
            {
                // somebody asked to cancel, or another worker was faster: look again
            }
        }
    }

    /// <summary>After how long it is to be tried again; null where it has ended.</summary>
    private async Task<TimeSpan?> RunAsync(Operation operation, CancellationToken ct)
    {
        using var run = new OperationRun(database, events, time, operation);
        try
        {
            var result = HandlerOf(operation.Kind) is not { } handler
                ? new Error("KindUnknown", $"No worker here knows how to do '{operation.Kind}'.", "Start a worker of the same version as the portal.")
                : await handler.RunAsync(run, ct);
            return await EndAsync(operation, result, ct);
        }
        catch (OperationFencedException)
        {
            OperationsLog.Fenced(logger, operation.Id.ToString(), operation.Attempt);
            return null;
        }
        catch (OperationCancelledException cancelled)
        {
            await WriteAsync(operation, OperationState.Cancelled, cancelled.Outcome, CancellationToken.None);
            return null;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the process is stopping: the row stays Running and is enqueued again at the next start
            throw;
        }
        catch (Exception bug)
        {
            OperationsLog.Broke(logger, bug, operation.Kind.ToString(), operation.Id.ToString());
            await WriteAsync(operation, OperationState.Failed,
                $"An unexpected error stopped the work: {bug.Message} Look for operation {operation.Id} in the log, then run it again.", CancellationToken.None);
            throw;
        }
    }

    private IOperationHandler? HandlerOf(OperationKind kind) => handlers.FirstOrDefault(candidate => candidate.Kinds.Contains(kind));

    private async Task<TimeSpan?> EndAsync(Operation operation, Result result, CancellationToken ct)
    {
        Telemetry.Judge(result.Error);
        if (result.IsSuccess)
        {
            await WriteAsync(operation, OperationState.Succeeded, null, ct);
            return null;
        }

        if (result.Error.Kind == ErrorKind.Unavailable)
        {
            var delay = Backoff[Math.Min(operation.Attempt - 1, Backoff.Length - 1)];
            OperationsLog.Delayed(logger, operation.Id.ToString(), delay.TotalSeconds, result.Error.Message);
            await WriteAsync(operation, OperationState.Queued, $"{result.Error.Message} Next try in {delay.TotalSeconds:0} s.", ct);
            return delay;
        }

        OperationsLog.Failed(logger, operation.Kind.ToString(), operation.Id.ToString(), result.Error.Message);
        await WriteAsync(operation, OperationState.Failed, result.Error.ToText(), ct);
        return null;
    }

    private async Task WriteAsync(Operation operation, OperationState state, string? error, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var finished = state is OperationState.Queued ? (DateTimeOffset?)null : time.GetUtcNow();
        var progress = state is OperationState.Succeeded ? 100 : (int?)null;
        var written = await db.Operations.Where(row => row.Id == operation.Id && row.Attempt == operation.Attempt).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.State, state)
            .SetProperty(row => row.Error, error)
            .SetProperty(row => row.FinishedAt, finished)
            .SetProperty(row => row.Progress, row => progress ?? row.Progress)
            .SetProperty(row => row.Revision, row => row.Revision + 1), ct);
        if (written > 0)
        {
            operation.State = state;
            operation.Progress = progress ?? operation.Progress;
            Publish(operation);
            if (finished is { } at)
            {
                meters.Ended(operation, state, at);
            }
        }
    }

    private void Publish(Operation operation) =>
        events.Publish(new OperationEvent(operation.Id, operation.TenantId, operation.State, operation.Progress));
}

/// <summary>Operations at work in this process, so that one enqueued twice runs once.</summary>
public sealed class RunningOperations
{
    private readonly ConcurrentDictionary<OperationId, bool> _ids = new();

    public bool TryAdd(OperationId id) => _ids.TryAdd(id, true);

    public void Remove(OperationId id) => _ids.TryRemove(id, out _);
}
