using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Recovery;

/// <summary>Does the operations of playbook runs and drills: the operation is what wakes the run, the run's own rows are its state.</summary>
public sealed class RunPlaybookHandler(PlaybookRunner runner, IDbContextFactory<PioneerDbContext> database) : IOperationHandler
{
    /// <inheritdoc/>
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.RunPlaybook, OperationKind.RunDrill];

    /// <inheritdoc/>
    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        var id = PlaybookRunId.Parse(run.Target!, null);
        await runner.RunAsync(id, ct);
        await using var db = await database.CreateDbContextAsync(ct);
        var ended = await db.PlaybookRuns.AsNoTracking().SingleAsync(row => row.Id == id, ct);
        return ended.State switch
        {
            PlaybookRunState.Completed or PlaybookRunState.CompletedWithLoss => Result.Success,
            PlaybookRunState.Aborted => new Error("PlaybookAborted", ended.Error ?? "The run was given up.", "The incident says when the next one comes."),
            _ => new Error("PlaybookPaused", ended.Error ?? "The run stands paused.", "Open the run on the Recovery page and resume it."),
        };
    }
}
