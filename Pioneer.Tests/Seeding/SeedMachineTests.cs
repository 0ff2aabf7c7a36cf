using CsCheck;
using Pioneer.Domain.Seeding;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>The promises of design/04-seeding.md under random interleavings of source writes, query progress, crashes and retries.</summary>
public sealed class SeedMachineTests
{
    private const int MaxTurns = 2000;

    [Fact]
    public void Seed_run_keeps_every_promise_under_random_writes_and_crashes() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 20], Gen.Int[0, 5].Array[0, 20], Gen.Int[0, 1_000_000])
            .Sample((history, arrivals, seed) => Check(history, arrivals, seed, Cancel.Never), iter: 5_000);

    [Fact]
    public void Seed_run_that_is_cancelled_leaves_live_running_and_no_step_back() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 20], Gen.Int[0, 5].Array[0, 20], Gen.Int[0, 1_000_000])
            .Sample((history, arrivals, seed) => Check(history, arrivals, seed, Cancel.Once), iter: 5_000);

    [Fact]
    public void Seed_run_after_one_that_was_cancelled_keeps_every_promise() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 20], Gen.Int[0, 5].Array[0, 20], Gen.Int[0, 1_000_000])
            .Sample((history, arrivals, seed) => Check(history, arrivals, seed, Cancel.AndRunAgain), iter: 5_000);

    [Fact]
    public void Late_event_of_another_phase_changes_nothing()
    {
        var state = SeedState.New with { Phase = SeedPhase.Draining, Cut = new SeedCut([3], [0]) };

        var step = SeedMachine.Step(state, new SeedEvent.Succeeded(SeedPhase.Pausing));

        Assert.Equal(state, step.State);
        Assert.Empty(step.Actions);
    }

    [Fact]
    public void Restart_while_copying_removes_the_dead_attempt_before_it_copies_again()
    {
        var cut = new SeedCut([7], [0]);
        var step = SeedMachine.Step(SeedState.New with { Phase = SeedPhase.Copying, Cut = cut }, new SeedEvent.Restarted());

        Assert.Equal(2, step.State.Attempt);
        Assert.Equal([new SeedAction.RemoveEarlierAttempts(2), new SeedAction.CopyState(2, cut)], step.Actions);
    }

    [Fact]
    public void Broken_action_ends_in_failure_only_after_live_was_brought_back()
    {
        var state = SeedState.New with { Phase = SeedPhase.Draining, Cut = new SeedCut([1], [0]) };

        var stopping = SeedMachine.Step(state, new SeedEvent.Broken("the seed query ended with an error"));
        var resuming = SeedMachine.Step(stopping.State, new SeedEvent.Succeeded(SeedPhase.Stopping));
        var failed = SeedMachine.Step(resuming.State, new SeedEvent.Succeeded(SeedPhase.Resuming));

        Assert.Equal([new SeedAction.RemoveEarlierAttempts(1), new SeedAction.StopSeedQuery(1)], stopping.Actions);
        Assert.Equal([new SeedAction.ResumeLive()], resuming.Actions);
        Assert.Equal(SeedPhase.Failed, failed.State.Phase);
        Assert.Equal("the seed query ended with an error", failed.State.Failure);
    }

    private enum Cancel
    {
        Never,
        Once,
        AndRunAgain,
    }

    private static bool Check(int[] history, int[] arrivals, int seed, Cancel cancel)
    {
        var random = new Random(seed);
        var world = new SeedWorld(history);
        var pending = new Queue<int>(arrivals);
        var end = Run(world, pending, random, cancel is Cancel.Never ? int.MaxValue : random.Next(40));
        if (cancel is Cancel.AndRunAgain)
        {
            for (var meanwhile = random.Next(10); meanwhile > 0; meanwhile--)
            {
                Background(world, pending, random);
            }

            end = Run(world, pending, random, int.MaxValue);
        }

        while (pending.TryDequeue(out var key))
        {
            world.Write(key);
        }

        for (var turn = 0; turn < MaxTurns; turn++)
        {
            world.Flow();
        }

        return end.IsEnded && !world.Paused && Promises.Hold(world, end.Phase == SeedPhase.Done);
    }

    /// <summary>Drives the machine as a process would: state written first, then the actions; it may die between any two things.</summary>
    private static SeedState Run(SeedWorld world, Queue<int> pending, Random random, int cancelAt)
    {
        var step = SeedMachine.Step(SeedState.New, new SeedEvent.Started());
        for (var turn = 0; turn < MaxTurns && !step.State.IsEnded; turn++)
        {
            if (turn == cancelAt)
            {
                step = SeedMachine.Step(step.State, new SeedEvent.CancelAsked());
            }

            SeedEvent? happened = null;
            var died = false;
            foreach (var action in step.Actions)
            {
                Background(world, pending, random);
                died = random.Next(12) == 0;
                if (died)
                {
                    break;
                }

                happened = world.Act(action, () => died = random.Next(15) == 0);
                Background(world, pending, random);
                died |= random.Next(12) == 0;
                if (died)
                {
                    break;
                }
            }

            if (died)
            {
                step = SeedMachine.Step(step.State, new SeedEvent.Restarted());
            }
            else if (happened is not null)
            {
                step = SeedMachine.Step(step.State, happened);
            }
        }

        return step.State;
    }

    private static void Background(SeedWorld world, Queue<int> pending, Random random)
    {
        for (var times = random.Next(3); times > 0; times--)
        {
            world.Flow();
            if (random.Next(3) == 0 && pending.TryDequeue(out var key))
            {
                world.Write(key);
            }
        }
    }
}
