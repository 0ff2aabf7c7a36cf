using System.Collections.Immutable;

namespace Pioneer.Domain.Seeding;

/// <summary>The result of one step: the state to write down, then the actions to take in their order.</summary>
public sealed record SeedStep(SeedState State, ImmutableArray<SeedAction> Actions);

/// <summary>
/// The client-layer seed of a running subscription as a pure machine: pause the live query, take its committed offsets as the cut, run the
/// state below the cut through the subscription's own query, mark completion, let the live query go on from the cut.
/// Per key, everything the seed delivers is older than the cut and everything live is at or after it, so no value follows a newer one.
/// It rests on exactly-once queries: under at-least-once the committed offsets trail what was already delivered (research/seeding.md 2.4).
/// </summary>
public static class SeedMachine
{
    /// <summary>The next state and what to do for it. Events that do not fit the state are ignored: they come from a process that was fenced off.</summary>
    public static SeedStep Step(SeedState state, SeedEvent happened) => (state, happened) switch
    {
        ({ IsEnded: true }, _) => Stay(state),
        (_, SeedEvent.CancelAsked) => Cancel(state),
        (_, SeedEvent.Broken broken) => GiveUp(state, broken.Reason),
        (_, SeedEvent.Restarted) => Restart(state),
        ({ Phase: SeedPhase.Queued }, SeedEvent.Started) => Enter(state, SeedPhase.Pausing),
        ({ Phase: SeedPhase.Pausing }, SeedEvent.Succeeded { Phase: SeedPhase.Pausing }) => Enter(state, SeedPhase.Cutting),
        ({ Phase: SeedPhase.Cutting }, SeedEvent.CutTaken taken) => Enter(state with { Cut = taken.Cut }, SeedPhase.Copying),
        ({ Phase: SeedPhase.Copying }, SeedEvent.StateCopied copied) => Enter(state with { Rows = copied.Rows }, SeedPhase.Querying),
        (_, SeedEvent.Succeeded done) when done.Phase == state.Phase => Advance(state),
        _ => Stay(state),
    };

    private static SeedStep Advance(SeedState state) => state.Phase switch
    {
        SeedPhase.Querying => Enter(state, SeedPhase.Draining),
        SeedPhase.Draining => Enter(state, SeedPhase.Stopping),
        SeedPhase.Stopping when state.IsGivenUp => Enter(state, SeedPhase.Resuming),
        SeedPhase.Stopping => Enter(state, SeedPhase.Completing),
        SeedPhase.Completing => Enter(state, SeedPhase.Resuming),
        SeedPhase.Resuming when state.Failure is not null => Enter(state, SeedPhase.Failed),
        SeedPhase.Resuming when state.CancelRequested => Enter(state, SeedPhase.Cancelled),
        SeedPhase.Resuming => Enter(state, SeedPhase.Verifying),
        SeedPhase.Verifying => Enter(state, SeedPhase.Done),
        _ => Stay(state),
    };

    /// <summary>What the dead attempt wrote may be partial, so the state is copied again under a new attempt; the cut stays, since live is paused at it.</summary>
    private static SeedStep Restart(SeedState state) => state.Phase switch
    {
        SeedPhase.Copying or SeedPhase.Querying or SeedPhase.Draining =>
            Enter(state with { Attempt = state.Attempt + 1, Rows = 0 }, SeedPhase.Copying),
        _ => new SeedStep(state, ActionsOf(state)),
    };

    /// <summary>From completion on there is nothing left to save: the run goes on to its end.</summary>
    private static SeedStep Cancel(SeedState state) =>
        state.Phase >= SeedPhase.Completing ? new SeedStep(state, ActionsOf(state)) : GiveUp(state with { CancelRequested = true }, failure: null);

    /// <summary>
    /// The first reason stays: what fails while the live query is brought back is tried again, and must not hide why that is done.
    /// The seed query ends first and live goes on from the cut: what was delivered so far is older than anything that follows.
    /// </summary>
    private static SeedStep GiveUp(SeedState state, string? failure)
    {
        var given = failure is null || state.IsGivenUp ? state : state with { Failure = failure };
        return state.Phase switch
        {
            SeedPhase.Queued => Enter(given, failure is null ? SeedPhase.Cancelled : SeedPhase.Failed),
            SeedPhase.Verifying => Enter(given, SeedPhase.Failed),
            SeedPhase.Resuming => new SeedStep(given, ActionsOf(given)),
            SeedPhase.Completing => Enter(given, SeedPhase.Resuming),
            _ => Enter(given, SeedPhase.Stopping),
        };
    }

    private static SeedStep Enter(SeedState state, SeedPhase phase)
    {
        var entered = state with { Phase = phase };
        return new SeedStep(entered, ActionsOf(entered));
    }

    private static SeedStep Stay(SeedState state) => new(state, []);

    private static ImmutableArray<SeedAction> ActionsOf(SeedState state) => state.Phase switch
    {
        SeedPhase.Pausing => [new SeedAction.PauseLive()],
        SeedPhase.Cutting => [new SeedAction.TakeCut()],
        SeedPhase.Copying => [new SeedAction.RemoveEarlierAttempts(state.Attempt), new SeedAction.CopyState(state.Attempt, state.Cut!)],
        SeedPhase.Querying => [new SeedAction.StartSeedQuery(state.Attempt)],
        SeedPhase.Draining => [new SeedAction.AwaitDrained(state.Attempt)],
        SeedPhase.Stopping => [new SeedAction.RemoveEarlierAttempts(state.Attempt), new SeedAction.StopSeedQuery(state.Attempt)],
        SeedPhase.Completing => [new SeedAction.WriteCompletion()],
        SeedPhase.Resuming => [new SeedAction.ResumeLive()],
        SeedPhase.Verifying => [new SeedAction.Verify(state.Cut!)],
        _ => [],
    };
}
