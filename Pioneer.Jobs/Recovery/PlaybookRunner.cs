using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Drives one playbook run: each step is written as running before it acts and as done after it, so whoever takes the run up goes on at the first step
/// that is not done. A step that fails or takes too long pauses the run for a person, loudly. With two runners at once the later one holds the fence.
/// </summary>
public sealed partial class PlaybookRunner(
    PlaybookRunStore store, PlaybookCatalogue playbooks, DrillSteps drills, TenantFlowReader flows, EvidenceStore evidence, EvidenceReader reader,
    PlatformWatch watch, TimeProvider time, ILogger<PlaybookRunner> logger)
{
    private const int JudgeTries = 20;
    private static readonly TimeSpan BetweenJudgements = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs to the end or to a pause. Cancelling leaves the run to be taken up again.</summary>
    public async Task RunAsync(PlaybookRunId id, CancellationToken ct)
    {
        var run = await store.TakeUpAsync(id, Definition, ct);
        if (run is null)
        {
            return;
        }

        Log.TakenUp(logger, id, run.Scenario, run.Subject, run.FencingToken);
        try
        {
            await WorkAsync(run, ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            // a run that nobody works on may not say that it runs
            Log.Broke(logger, failure, id);
            await store.BreakAsync(run, $"The run broke off: {failure.Message} Resume it once the cause is mended; the log has the rest.", ct);
        }
    }

    private async Task WorkAsync(PlaybookRun run, CancellationToken ct)
    {
        var id = run.Id;
        var playbook = Definition(run)!;
        for (var ordinal = 1; ordinal <= playbook.Steps.Length; ordinal++)
        {
            if (run.Steps.Single(step => step.Ordinal == ordinal).State is PlaybookStepState.Done)
            {
                continue;
            }

            var definition = playbook.Steps[ordinal - 1];
            if (!await store.BeginStepAsync(run, ordinal, ct))
            {
                Log.FencedOff(logger, id, run.FencingToken);
                return;
            }

            var outcome = await ActAsync(run, definition, ct);
            Log.Step(logger, id, ordinal, definition.Name, outcome.Succeeded, outcome.Detail);
            if (!await store.EndStepAsync(run, ordinal, outcome, ct) || !outcome.Succeeded)
            {
                return;
            }
        }

        await JudgeAsync(run, ct);
    }

    private Playbook? Definition(PlaybookRun run)
    {
        var playbook = playbooks.Find(run.Scenario);
        return playbook is not null && run.IsDrill ? drills.Prefix(playbook) : playbook;
    }

    private async Task<StepOutcome> ActAsync(PlaybookRun run, PlaybookStepDefinition step, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(step.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        while (true)
        {
            try
            {
                return await step.Act(await ContextAsync(run, limit.Token), limit.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return new StepOutcome(false, $"Not done within {step.Timeout.TotalMinutes:0.#} min. Look at the components below, then resume the run.");
            }
            catch (Exception failure) when (failure is KafkaUnavailableException or ConnectUnavailableException or KsqlDbUnavailableException)
            {
                // what it waits for may be what is down: the step's own timeout decides
                Log.Waiting(logger, run.Id, step.Name, failure.Message);
            }
            catch (Exception failure) when (failure is KafkaRequestException or ConnectRequestException or KsqlDbRequestException)
            {
                return new StepOutcome(false, failure.Message);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Broke(logger, failure, run.Id);
                return new StepOutcome(false, $"It broke off: {failure.Message} The log has the rest.");
            }

            try
            {
                await Task.Delay(BetweenJudgements, time, limit.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return new StepOutcome(false, $"Not done within {step.Timeout.TotalMinutes:0.#} min: a component it needs does not answer. Resume the run once it does.");
            }
        }
    }

    /// <summary>
    /// Compares with the evidence from before, a few times while anything seems amiss: a committed offset may trail its output by a moment, and a
    /// broker that has just come back may not show a topic yet. A loss that is one is still there at the last look.
    /// </summary>
    private async Task JudgeAsync(PlaybookRun run, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            // read anew each time: when the failure comes again meanwhile, others may be affected too
            var context = await ContextAsync(run, ct);
            var after = await reader.CompareAsync(context.Before, await watch.TakeRoundAsync(ct, keep: false), ct);
            var verdicts = context.Tenants.Select(tenant => (tenant.Id, VerdictJudge.Judge(tenant.Flow, context.Before, after, interrupted: true))).ToList();
            if (attempt == JudgeTries || verdicts.TrueForAll(verdict => verdict.Item2.Verdict is Verdict.Full or Verdict.FullLate))
            {
                await evidence.KeepAsync(after, ct);
                await store.ConcludeAsync(run, verdicts, ct);
                return;
            }

            await Task.Delay(BetweenJudgements, time, ct);
        }
    }

    private async Task<PlaybookContext> ContextAsync(PlaybookRun run, CancellationToken ct)
    {
        var incident = await store.IncidentOfAsync(run, ct);
        var before = incident is null ? await evidence.LastGoodAsync(before: null, ct) : await evidence.BeforeAsync(incident, ct);
        var tenants = await flows.ReadAsync(ct);
        return new PlaybookContext(run, before,
            incident is null ? tenants : [.. tenants.Where(tenant => incident.Tenants.Exists(affected => affected.TenantId == tenant.Id))]);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6030, Level = LogLevel.Information, Message = "Playbook run {Run} against {Scenario} on {Subject} taken up with fence {Fence}")]
        public static partial void TakenUp(ILogger logger, PlaybookRunId run, string scenario, string subject, long fence);

        [LoggerMessage(EventId = 6031, Level = LogLevel.Information, Message = "Playbook run {Run} step {Ordinal} '{Step}': {Succeeded}. {Detail}")]
        public static partial void Step(ILogger logger, PlaybookRunId run, int ordinal, string step, bool succeeded, string detail);

        [LoggerMessage(EventId = 6032, Level = LogLevel.Warning, Message = "Playbook run {Run} waits in '{Step}': {Reason}")]
        public static partial void Waiting(ILogger logger, PlaybookRunId run, string step, string reason);

        [LoggerMessage(EventId = 6034, Level = LogLevel.Error, Message = "Playbook run {Run} broke off")]
        public static partial void Broke(ILogger logger, Exception failure, PlaybookRunId run);

        [LoggerMessage(EventId = 6033, Level = LogLevel.Warning, Message = "Playbook run {Run} was taken up by another runner; the one with fence {Fence} stops")]
        public static partial void FencedOff(ILogger logger, PlaybookRunId run, long fence);
    }
}
