using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Drives a seed run from wherever it stands to its end: writes the machine's state down, takes its actions, feeds back what happened. Unreachable
/// components are waited for with growing pauses; the live query stays paused meanwhile and the run says so. With two runners at once the later one
/// holds the fencing token and the earlier one stops at its next write.
/// </summary>
public sealed partial class SeedRunner(
    SeedRunStore store, SeedTargetReader targets, SeedActions actions, SeedRights rights, SeedVerifier verifier, TimeProvider time, ILogger<SeedRunner> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Runs to the end. Cancelling <paramref name="ct"/> leaves the run to be taken up again; it does not cancel the run.</summary>
    public async Task RunAsync(SeedRunId id, CancellationToken ct)
    {
        if (await store.TakeUpAsync(id, ct) is not { } taken)
        {
            return;
        }

        try
        {
            await RunAsync(taken, ct);
        }
        catch (FencedOffException)
        {
            Log.FencedOff(logger, id, taken.Fence);
        }
    }

    private async Task RunAsync(TakenSeedRun taken, CancellationToken ct)
    {
        var found = await targets.ReadAsync(taken.Id, ct);
        if (found.IsFailure)
        {
            await TakeRightsBackAsync(taken, ct);
            await store.RefuseAsync(taken, found.Error.ToText(), ct);
            return;
        }

        Log.TakenUp(logger, taken.Id, found.Value.Tenant.Value, taken.State.Phase, taken.Fence);
        using var span = Telemetry.Begin("seed run", ("seed.run.id", taken.Id.ToString()), ("tenant", found.Value.Tenant.Value), ("fence", taken.Fence));
        var session = new SeedSession(rights, found.Value, taken.Fence, time);
        await DriveAsync(taken, session, SeedMachine.Step(taken.State, await FirstEventAsync(taken, found.Value, ct)), ct);
    }

    /// <summary>A wish to cancel that came while nobody held the run is heard before anything else.</summary>
    private async Task<SeedEvent> FirstEventAsync(TakenSeedRun taken, SeedTarget target, CancellationToken ct) => taken.State switch
    {
        { IsGivenUp: false, Phase: < SeedPhase.Completing } when await store.IsCancelAskedAsync(taken, ct) => new SeedEvent.CancelAsked(),
        { IsGivenUp: false, Phase: < SeedPhase.Completing } when target.Refusal is { } refusal => new SeedEvent.Broken(refusal),
        { Phase: SeedPhase.Queued } => new SeedEvent.Started(),
        _ => new SeedEvent.Restarted(),
    };

    private async Task DriveAsync(TakenSeedRun taken, SeedSession session, SeedStep step, CancellationToken ct)
    {
        var pause = FirstPause;
        while (true)
        {
            if (step.State.IsEnded)
            {
                // before the end is written: a run that has ended is never taken up again, so nobody would take back what it left
                await TakeRightsBackAsync(taken, ct);
            }

            if (!await store.WriteAsync(taken, step.State, ct))
            {
                throw new FencedOffException();
            }

            if (step.State.IsEnded)
            {
                Log.Ended(logger, taken.Id, step.State.Phase, step.State.Failure);
                return;
            }

            var happened = await TakeStepAsync(taken, session, step, ct);
            var next = SeedMachine.Step(step.State, happened);
            pause = happened is SeedEvent.Broken broken && next.State.Phase == step.State.Phase
                ? await WaitAsync(taken, step.State.Phase, broken.Reason, pause, ct)
                : FirstPause;
            step = next;
        }
    }

    /// <summary>Says on the run why it stands still, waits, and returns how long to wait the next time.</summary>
    private async Task<TimeSpan> WaitAsync(TakenSeedRun taken, SeedPhase phase, string reason, TimeSpan pause, CancellationToken ct)
    {
        Log.Waiting(logger, taken.Id, phase, reason);
        if (!await store.NoteAsync(taken, $"Waiting: {reason}", ct))
        {
            throw new FencedOffException();
        }

        await Task.Delay(pause, time, ct);
        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    private async Task<SeedEvent> TakeStepAsync(TakenSeedRun taken, SeedSession session, SeedStep step, CancellationToken ct)
    {
        using var span = Telemetry.Begin($"seed {step.State.Phase}", ("attempt", step.State.Attempt));
        var happened = await TakeActionsAsync(taken, session, step, ct);
        if (happened is SeedEvent.Broken broken)
        {
            Telemetry.Judge(new Error("SeedRunBroken", broken.Reason));
        }

        return happened;
    }

    private async Task<SeedEvent> TakeActionsAsync(TakenSeedRun taken, SeedSession session, SeedStep step, CancellationToken ct)
    {
        try
        {
            return await UntilReachableAsync(taken, step.State.Phase, async () =>
            {
                foreach (var action in step.Actions)
                {
                    if (await UntilAnsweredAsync(taken, session, step.State, action, ct) is { } happened)
                    {
                        return happened;
                    }
                }

                return null;
            }, ct);
        }
        catch (Exception failure) when (failure is KafkaRequestException or KafkaSignInRefusedException or KsqlDbRequestException)
        {
            return new SeedEvent.Broken(failure.Message);
        }
        catch (Exception bug) when (bug is not FencedOffException && !ct.IsCancellationRequested)
        {
            // the run is given up like any other that fails: its query must not stay paused over it
            Log.Broke(logger, bug, taken.Id, step.State.Phase);
            return new SeedEvent.Broken($"An unexpected error stopped the run: {bug.Message} Look for seed run {taken.Id} in the log.");
        }
    }

    private async Task TakeRightsBackAsync(TakenSeedRun taken, CancellationToken ct)
    {
        try
        {
            await UntilReachableAsync(taken, taken.State.Phase, async () =>
            {
                await rights.TakeBackAsync(taken.Id, taken.Fence, ct);
                return taken;
            }, ct);
        }
        catch (KafkaRequestException failure)
        {
            Log.RightsLeft(logger, failure, taken.Id);
        }
    }

    /// <summary>Waits for what does not answer, with growing pauses, and until there is a result.</summary>
    private async Task<T> UntilReachableAsync<T>(TakenSeedRun taken, SeedPhase phase, Func<Task<T?>> work, CancellationToken ct) where T : class
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                if (await work() is { } result)
                {
                    return result;
                }
            }
            catch (Exception failure) when (failure is KafkaUnavailableException or KsqlDbUnavailableException or KsqlServiceNotRegisteredException)
            {
                pause = await WaitAsync(taken, phase, failure.Message, pause, ct);
            }
        }
    }

    /// <summary>Repeats an action that is still under way; between two tries a person's wish to cancel is heard.</summary>
    private async Task<SeedEvent?> UntilAnsweredAsync(TakenSeedRun taken, SeedSession session, SeedState state, SeedAction action, CancellationToken ct)
    {
        while (true)
        {
            if (!state.CancelRequested && state.Phase < SeedPhase.Completing && await store.IsCancelAskedAsync(taken, ct))
            {
                return new SeedEvent.CancelAsked();
            }

            var target = session.Target;
            switch (action)
            {
                case SeedAction.PauseLive:
                    return await actions.PauseLiveAsync(target, ct);
                case SeedAction.TakeCut:
                    return await actions.TakeCutAsync(target, ct);
                case SeedAction.RemoveEarlierAttempts remove:
                    await actions.RemoveEarlierAsync(target, remove.Attempt, ct);
                    return null;
                case SeedAction.CopyState copy:
                    return await actions.CopyStateAsync(await session.SignInAsync(ct), copy, progress => store.ReportAsync(taken, progress, ct), ct);
                case SeedAction.StartSeedQuery start:
                    return await actions.StartSeedQueryAsync(target, start.Attempt, ct);
                case SeedAction.AwaitDrained drained:
                    if (await actions.AwaitDrainedAsync(target, drained.Attempt, session.Drain, ct) is { } done)
                    {
                        return done;
                    }

                    break;
                case SeedAction.StopSeedQuery stop:
                    return await actions.StopSeedQueryAsync(target, stop.Attempt, ct);
                case SeedAction.WriteCompletion:
                    return await actions.WriteCompletionAsync(await session.SignInAsync(ct), ct);
                case SeedAction.ResumeLive:
                    return await actions.ResumeLiveAsync(target, ct);
                case SeedAction.Verify verify:
                    return await VerifyAsync(taken, await session.SignInAsync(ct), verify.Cut, ct);
                default:
                    throw new InvalidOperationException($"no way to carry out {action}");
            }
        }
    }

    private async Task<SeedEvent> VerifyAsync(TakenSeedRun taken, SeedTarget target, SeedCut cut, CancellationToken ct)
    {
        var certificate = await verifier.VerifyAsync(target, cut, ct);
        await store.CertifyAsync(taken, certificate, ct);
        return certificate.Holds ? new SeedEvent.Succeeded(SeedPhase.Verifying) : new SeedEvent.Broken(certificate.Summary);
    }

    /// <summary>Another process holds the run now.</summary>
    private sealed class FencedOffException : Exception;

    private static partial class Log
    {
        [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Seed run {Run} of {Tenant} taken up in phase {Phase} with fence {Fence}")]
        public static partial void TakenUp(ILogger logger, SeedRunId run, string tenant, SeedPhase phase, int fence);

        [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "Seed run {Run} ended: {Phase}. {Failure}")]
        public static partial void Ended(ILogger logger, SeedRunId run, SeedPhase phase, string? failure);

        [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Seed run {Run} waits in phase {Phase}: {Reason}")]
        public static partial void Waiting(ILogger logger, SeedRunId run, SeedPhase phase, string reason);

        [LoggerMessage(EventId = 5006, Level = LogLevel.Error, Message = "Seed run {Run} broke in phase {Phase}")]
        public static partial void Broke(ILogger logger, Exception failure, SeedRunId run, SeedPhase phase);

        [LoggerMessage(EventId = 5005, Level = LogLevel.Error, Message = "The rights of seed run {Run} could not be taken back; remove the users pioneer-seeder.* of the run")]
        public static partial void RightsLeft(ILogger logger, Exception failure, SeedRunId run);

        [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "Seed run {Run} was taken up by another runner; the one with fence {Fence} stops")]
        public static partial void FencedOff(ILogger logger, SeedRunId run, int fence);
    }
}
