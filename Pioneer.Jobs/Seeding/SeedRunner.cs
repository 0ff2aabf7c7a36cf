using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Drives a seed run from wherever it stands to its end: writes the machine's state down, takes its actions, feeds back what happened. Unreachable
/// components are waited for with growing pauses; the live query stays paused meanwhile and the run says so. With two runners at once the later one
/// holds the fencing token and the earlier one stops at its next write.
/// </summary>
public sealed partial class SeedRunner(
    SeedRunStore store, SeedTargetReader targets, SeedActions actions, SeedVerifier verifier, TimeProvider time, ILogger<SeedRunner> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Runs to the end. Cancelling <paramref name="ct"/> leaves the run to be taken up again; it does not cancel the run.</summary>
    public async Task RunAsync(SeedRunId id, CancellationToken ct)
    {
        var taken = await store.TakeUpAsync(id, ct);
        if (taken is null)
        {
            return;
        }

        var found = await targets.ReadAsync(id, ct);
        if (found.IsFailure)
        {
            await store.RefuseAsync(taken, $"{found.Error.Message} {found.Error.Hint}".TrimEnd(), ct);
            return;
        }

        Log.TakenUp(logger, id, found.Value.Tenant.Value, taken.State.Phase, taken.Fence);
        var step = SeedMachine.Step(taken.State, taken.State.Phase is SeedPhase.Queued ? new SeedEvent.Started() : new SeedEvent.Restarted());
        while (await store.WriteAsync(taken, step.State, ct))
        {
            if (step.State.IsEnded)
            {
                Log.Ended(logger, id, step.State.Phase, step.State.Failure);
                return;
            }

            step = SeedMachine.Step(step.State, await TakeActionsAsync(taken, found.Value, step, ct));
        }

        Log.FencedOff(logger, id, taken.Fence);
    }

    private async Task<SeedEvent> TakeActionsAsync(TakenSeedRun taken, SeedTarget target, SeedStep step, CancellationToken ct)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                foreach (var action in step.Actions)
                {
                    if (await UntilAnsweredAsync(taken, target, step.State, action, ct) is { } happened)
                    {
                        return happened;
                    }
                }
            }
            catch (Exception failure) when (failure is KafkaUnavailableException or KsqlDbUnavailableException or KsqlServiceNotRegisteredException)
            {
                Log.Waiting(logger, taken.Id, step.State.Phase, failure.Message);
                await store.NoteAsync(taken, $"Waiting: {failure.Message}", ct);
                await Task.Delay(pause, time, ct);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception failure) when (failure is KafkaRequestException or KsqlDbRequestException)
            {
                return new SeedEvent.Broken(failure.Message);
            }
        }
    }

    /// <summary>Repeats an action that is still under way; between two tries a person's wish to cancel is heard.</summary>
    private async Task<SeedEvent?> UntilAnsweredAsync(TakenSeedRun taken, SeedTarget target, SeedState state, SeedAction action, CancellationToken ct)
    {
        while (true)
        {
            if (!state.CancelRequested && state.Phase < SeedPhase.Completing && await store.IsCancelAskedAsync(taken, ct))
            {
                return new SeedEvent.CancelAsked();
            }

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
                    return await actions.CopyStateAsync(target, copy, progress => store.ReportAsync(taken, progress, ct), ct);
                case SeedAction.StartSeedQuery start:
                    return await actions.StartSeedQueryAsync(target, start.Attempt, ct);
                case SeedAction.AwaitDrained drained:
                    if (await actions.AwaitDrainedAsync(target, drained.Attempt, ct) is { } done)
                    {
                        return done;
                    }

                    break;
                case SeedAction.StopSeedQuery stop:
                    return await actions.StopSeedQueryAsync(target, stop.Attempt, ct);
                case SeedAction.WriteCompletion:
                    return await actions.WriteCompletionAsync(target, ct);
                case SeedAction.ResumeLive:
                    return await actions.ResumeLiveAsync(target, ct);
                case SeedAction.Verify verify:
                    return await VerifyAsync(taken, target, verify.Cut, ct);
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

    private static partial class Log
    {
        [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Seed run {Run} of {Tenant} taken up in phase {Phase} with fence {Fence}")]
        public static partial void TakenUp(ILogger logger, SeedRunId run, string tenant, SeedPhase phase, int fence);

        [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "Seed run {Run} ended: {Phase}. {Failure}")]
        public static partial void Ended(ILogger logger, SeedRunId run, SeedPhase phase, string? failure);

        [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Seed run {Run} waits in phase {Phase}: {Reason}")]
        public static partial void Waiting(ILogger logger, SeedRunId run, SeedPhase phase, string reason);

        [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "Seed run {Run} was taken up by another runner; the one with fence {Fence} stops")]
        public static partial void FencedOff(ILogger logger, SeedRunId run, int fence);
    }
}
