using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Seeding;

/// <summary>A run that this process holds.</summary>
/// <param name="Fence">The run's attempt counter at take-up; a higher one in the database means that another process holds the run now.</param>
public sealed record TakenSeedRun(SeedRunId Id, int Fence, SeedState State, DateTimeOffset StartedAt);

/// <summary>The durable side of a seed run: the machine's state, progress, certificate, and the hold on the subscription's live query.</summary>
public sealed class SeedRunStore(IServiceScopeFactory scopes, SeedRunEvents events, TimeProvider time)
{
    /// <summary>Takes the run up with a new fencing token; null when there is nothing to do.</summary>
    public async Task<TakenSeedRun?> TakeUpAsync(SeedRunId id, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var run = await db.SeedRuns.SingleOrDefaultAsync(run => run.Id == id, ct);
        if (run is null || run.State is SeedRunState.Done or SeedRunState.Failed or SeedRunState.Cancelled)
        {
            return null;
        }

        run.Attempt++;
        run.StartedAt ??= time.GetUtcNow();
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // somebody cancelled it, or another process took it up: look again
            return await TakeUpAsync(id, ct);
        }

        var state = run.MachineState is null ? SeedState.New : JsonSerializer.Deserialize<SeedState>(run.MachineState)!;
        return new TakenSeedRun(id, run.Attempt, state, run.StartedAt.Value);
    }

    /// <summary>Writes the machine's state, and holds or releases the subscription with it; false when another process holds the run.</summary>
    public Task<bool> WriteAsync(TakenSeedRun taken, SeedState state, CancellationToken ct) => ChangeAsync(taken, async (db, run) =>
    {
        run.MachineState = JsonSerializer.Serialize(state);
        run.State = StateOf(state);
        run.Error = state.Failure;
        var subscription = await db.Subscriptions.SingleAsync(subscription => subscription.Id == run.SubscriptionId, ct);
        if (state.IsEnded)
        {
            run.FinishedAt = time.GetUtcNow();
            Release(subscription, run.Id);
        }
        else if (state.Phase is not SeedPhase.Queued)
        {
            subscription.HeldBy = run.Id;
            subscription.State = SubscriptionState.Seeding;
        }
    }, ct);

    /// <summary>Ends a run that was never begun against the cluster.</summary>
    public Task<bool> RefuseAsync(TakenSeedRun taken, string reason, CancellationToken ct) =>
        WriteAsync(taken, taken.State with { Phase = SeedPhase.Failed, Failure = reason }, ct);

    /// <summary>Ends a run that no process can bring to its end. The subscription is let go, so the reconciler brings its query back.</summary>
    public async Task AbandonAsync(SeedRunId id, string reason, CancellationToken ct)
    {
        if (await TakeUpAsync(id, ct) is { } taken)
        {
            await RefuseAsync(taken, reason, ct);
        }
    }

    /// <summary>Shows why the run stands still.</summary>
    public Task<bool> NoteAsync(TakenSeedRun taken, string note, CancellationToken ct) => ChangeAsync(taken, (_, run) =>
    {
        run.Error = note;
        return Task.CompletedTask;
    }, ct);

    /// <summary>Writes progress of the copy; rows per second are measured from the take-up.</summary>
    public Task ReportAsync(TakenSeedRun taken, SeedCopyProgress progress, CancellationToken ct) => ChangeAsync(taken, (_, run) =>
    {
        run.Rows = progress.Rows;
        run.ChunksDone = progress.Chunks;
        run.ChunksTotal = progress.ChunksOf;
        run.RowsExpected = progress.Of;
        var seconds = (time.GetUtcNow() - taken.StartedAt).TotalSeconds;
        run.RowsPerSecond = seconds > 0 ? progress.Rows / seconds : 0;
        run.Error = null;
        return Task.CompletedTask;
    }, ct);

    /// <summary>Keeps the certificate, whether it holds or not.</summary>
    public Task<bool> CertifyAsync(TakenSeedRun taken, SeedCertificate certificate, CancellationToken ct) => ChangeAsync(taken, (_, run) =>
    {
        run.Certificate = JsonSerializer.Serialize(certificate, SeedCertificate.Json);
        return Task.CompletedTask;
    }, ct);

    /// <summary>Whether a person asked for the run's operation to end.</summary>
    public async Task<bool> IsCancelAskedAsync(TakenSeedRun taken, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        return await db.SeedRuns.Where(run => run.Id == taken.Id && run.OperationId != null)
            .Join(db.Operations, run => run.OperationId, operation => operation.Id, (_, operation) => operation.CancelRequested)
            .FirstOrDefaultAsync(ct);
    }

    private async Task<bool> ChangeAsync(TakenSeedRun taken, Func<PioneerDbContext, SeedRun, Task> change, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var run = await db.SeedRuns.SingleAsync(run => run.Id == taken.Id, ct);
        if (run.Attempt != taken.Fence)
        {
            return false;
        }

        await change(db, run);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // the run or its subscription changed in between: read again, and find out whether this process was fenced off
            return await ChangeAsync(taken, change, ct);
        }

        events.Publish(taken.Id);
        return true;
    }

    private static void Release(Subscription subscription, SeedRunId run)
    {
        if (subscription.HeldBy == run)
        {
            subscription.HeldBy = null;
            subscription.State = subscription.State is SubscriptionState.Seeding ? SubscriptionState.Running : subscription.State;
        }
    }

    private static SeedRunState StateOf(SeedState state) => state.Phase switch
    {
        SeedPhase.Queued => SeedRunState.Queued,
        SeedPhase.Pausing or SeedPhase.Cutting => SeedRunState.Preparing,
        SeedPhase.Copying or SeedPhase.Querying or SeedPhase.Draining => SeedRunState.Snapshotting,
        SeedPhase.Stopping or SeedPhase.Completing or SeedPhase.Resuming => SeedRunState.HandingOver,
        SeedPhase.Verifying => SeedRunState.Verifying,
        SeedPhase.Done => SeedRunState.Done,
        SeedPhase.Cancelled => SeedRunState.Cancelled,
        _ => SeedRunState.Failed,
    };
}
