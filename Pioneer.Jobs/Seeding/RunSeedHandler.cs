using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Seeding;

/// <summary>Does the operations of seed runs: the operation is what wakes the run, the run's own row is its state.</summary>
public sealed class RunSeedHandler(SeedRunner runner, IDbContextFactory<PioneerDbContext> database) : IOperationHandler
{
    /// <inheritdoc/>
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.RunSeed];

    /// <inheritdoc/>
    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        var id = SeedRunId.Parse(run.Target!, null);
        await runner.RunAsync(id, ct);
        await using var db = await database.CreateDbContextAsync(ct);
        var ended = await db.SeedRuns.AsNoTracking().SingleAsync(row => row.Id == id, ct);
        return ended.State switch
        {
            SeedRunState.Done => Result.Success,
            SeedRunState.Cancelled => new Error("SeedRunCancelled", "The seed run was cancelled; the live query goes on from where it was paused."),
            _ => new Error("SeedRunFailed", ended.Error ?? "The seed run failed.", "Open the run, mend what it names and run the seed job again."),
        };
    }
}
