using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Applies a plan stage by stage, the batches of a stage side by side, each change journalled before and after. A failed change stops what
/// depends on it and nothing else; a part of the platform that does not answer stops the rest, which stays waiting.
/// </summary>
public sealed class PlanExecutor(ChangeApplier applier, ILogger<PlanExecutor> logger)
{
    public async Task<PlanOutcome> ApplyAsync(Plan plan, OperationRun run, TenantId? tenant, CancellationToken ct)
    {
        var ordinals = await run.JournalAsync(plan.Changes, tenant, ct);
        var steps = plan.Changes.Zip(ordinals).ToDictionary(pair => pair.First, pair => pair.Second);
        var failures = new ConcurrentBag<FailedChange>();
        await ProveAsync(plan, steps, failures, run, ct);
        foreach (var stage in PlanStages.Of(plan))
        {
            if (failures.FirstOrDefault(failure => failure.Error.Kind == ErrorKind.Unavailable) is { } down)
            {
                return new PlanOutcome([.. failures], down.Error);
            }

            await Task.WhenAll(stage.Batches.Select(batch => ApplyBatchAsync(batch, steps, failures, run, ct)));
            await VerifyUsersAsync(stage, steps, failures, run, ct);
        }

        return new PlanOutcome([.. failures], failures.FirstOrDefault(failure => failure.Error.Kind == ErrorKind.Unavailable)?.Error);
    }

    /// <summary>A query that would take a running one's place and that ksqlDB refuses leaves the running one, and all that depends on its end, as it is.</summary>
    private async Task ProveAsync(Plan plan, Dictionary<Change, int> steps, ConcurrentBag<FailedChange> failures, OperationRun run, CancellationToken ct)
    {
        foreach (var ending in plan.Changes.OfType<KsqlQueryChange>().Where(change => IsProvable(plan, change)))
        {
            var proven = await applier.ProveAsync(ending, ct);
            if (proven.IsFailure)
            {
                await run.FinishedAsync([Fail(ending, proven.Error, steps, failures)], ct);
            }
        }
    }

    // a source that the plan declares or changes is not yet as the query will find it: the start is the proof then
    internal static bool IsProvable(Plan plan, KsqlQueryChange ending) => ending is { Action: QueryAction.Terminate, Successor: { } successor }
        && !plan.Changes.OfType<KsqlStreamChange>().Any(change => change.Stream.ServiceId == successor.ServiceId && change.Stream.Name == successor.Source);

    private async Task ApplyBatchAsync(ImmutableArray<Change> batch, Dictionary<Change, int> steps, ConcurrentBag<FailedChange> failures, OperationRun run,
        CancellationToken ct)
    {
        batch = [.. batch.Where(change => failures.All(failure => failure.Change != change))];
        var blocked = batch.Select(change => (Change: change, By: failures.FirstOrDefault(failure => PlanDependencies.Needs(change, failure.Change))))
            .Where(pair => pair.By is not null).ToList();
        var ready = batch.Except(blocked.Select(pair => pair.Change)).ToList();
        if (blocked.Count > 0)
        {
            await run.FinishedAsync([.. blocked.Select(pair => (steps[pair.Change], OperationStepState.Skipped,
                (string?)$"Not done, because it needs '{pair.By!.Change.Resource}', which failed."))], ct);
        }

        if (ready.Count == 0)
        {
            return;
        }

        await run.StartedAsync([.. ready.Select(change => steps[change])], ct);
        using var span = Telemetry.Begin($"apply {ready[0].Kind} {ready[0].ResourceType}", ("changes", ready.Count));
        var results = await applier.ApplyAsync(ready, ct);
        Telemetry.Judge(results.Select(result => result.Error).FirstOrDefault(error => error is not null));
        var outcomes = new List<(int, OperationStepState, string?)>(ready.Count);
        foreach (var (change, result) in ready.Zip(results))
        {
            if (result.IsFailure)
            {
                outcomes.Add(Fail(change, result.Error, steps, failures));
            }
            else if (change is not ScramUserChange { Kind: ChangeKind.Create })
            {
                outcomes.Add((steps[change], OperationStepState.Succeeded, null));
            }
        }

        await run.FinishedAsync(outcomes, ct);
    }

    /// <summary>A user counts as created when it can sign in everywhere with its rights, which were given in the same stage.</summary>
    private async Task VerifyUsersAsync(PlanStage stage, Dictionary<Change, int> steps, ConcurrentBag<FailedChange> failures, OperationRun run, CancellationToken ct)
    {
        var failed = failures.Select(failure => failure.Change).ToHashSet();
        var users = stage.Batches.SelectMany(batch => batch).OfType<ScramUserChange>()
            .Where(change => change.Kind == ChangeKind.Create && !failed.Contains(change)).ToList();
        await Task.WhenAll(users.Select(async change =>
        {
            var result = await applier.VerifyAsync(change, ct);
            await run.FinishedAsync([result.IsSuccess
                ? (steps[change], OperationStepState.Succeeded, null)
                : Fail(change, result.Error, steps, failures)], ct);
        }));
    }

    private (int, OperationStepState, string?) Fail(Change change, Error error, Dictionary<Change, int> steps, ConcurrentBag<FailedChange> failures)
    {
        failures.Add(new FailedChange(change, error));
        ProvisioningLog.ChangeFailed(logger, change.Title, error.Message);
        return (steps[change], error.Kind == ErrorKind.Unavailable ? OperationStepState.Waiting : OperationStepState.Failed,
            error.ToText());
    }
}

/// <summary>What came of a plan: the changes that failed, and the part of the platform that did not answer.</summary>
public sealed record PlanOutcome(ImmutableArray<FailedChange> Failures, Error? Unavailable);

/// <summary>A change that could not be made, and why.</summary>
public sealed record FailedChange(Change Change, Error Error);
