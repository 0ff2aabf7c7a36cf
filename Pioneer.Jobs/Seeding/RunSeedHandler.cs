using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Seeding;

/// <summary>Does the operations of seed runs: the operation is what wakes the run, the run's own row is its state.</summary>
public sealed partial class RunSeedHandler(SeedRunner runner, SeedRunStore store, IDbContextFactory<PioneerDbContext> database, ILogger<RunSeedHandler> logger) : IOperationHandler
{
    /// <summary>Then run and operation fail: what breaks so often, with pauses of up to half a minute, needs a person.</summary>
    private const int MaxAttempts = 20;

    /// <inheritdoc/>
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.RunSeed];

    /// <summary>The live query may be paused.</summary>
    public bool PutsBack => true;

    /// <inheritdoc/>
    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        var id = SeedRunId.Parse(run.Target!, null);
        try
        {
            await runner.RunAsync(id, ct);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            if (run.Attempt >= MaxAttempts)
            {
                await store.AbandonAsync(id, $"The run broke {MaxAttempts} times, at last with: {failure.Message} Its seed query may still run; look for {id} in the log.", ct);
                throw;
            }

            // the run has not ended, and its query may be paused: only another try brings it to its end
            Log.TriedAgain(logger, failure, id);
            return new Error("SeedRunInterrupted", $"The seed run was interrupted: {failure.Message}") { Kind = ErrorKind.Unavailable };
        }

        await using var db = await database.CreateDbContextAsync(ct);
        var ended = await db.SeedRuns.AsNoTracking().SingleAsync(row => row.Id == id, ct);
        return ended.State switch
        {
            SeedRunState.Done => Result.Success,
            SeedRunState.Cancelled => throw new OperationCancelledException(run.Id, "The seed run was cancelled; the live query goes on from where it was paused."),
            _ => new Error("SeedRunFailed", ended.Error ?? "The seed run failed.", "Open the run, mend what it names and run the seed job again."),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 5011, Level = LogLevel.Error, Message = "Seed run {Run} was interrupted and is tried again")]
        public static partial void TriedAgain(ILogger logger, Exception failure, SeedRunId run);
    }
}
