using CsCheck;
using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>
/// From where on the clock of the rounds is the whole truth of what a reader has not read: at the first look something may be older.
/// </summary>
public sealed class ClockTruthTests
{
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    [Fact]
    public void Horizon_of_a_reader_that_lags_on_is_no_longer_at_most_so_long_once_it_has_passed_what_was_there_at_the_first_look()
    {
        var first = Carried(Seen((60, 100)), 0, null);
        var behind = Carried(Seen((99, 120)), 1, first);
        var passed = Carried(Seen((100, 140)), 2, behind);

        Assert.Equal([true, true, false], new[] { first, behind, passed }.Select(round => Horizon(round).IsAtMost));
        Assert.Equal(Noon.AddHours(1), passed.TakenAt + Horizon(passed).Left);
    }

    [Fact]
    public void Horizon_stays_at_most_so_long_while_one_partition_has_something_unread_from_before_the_first_look()
    {
        var first = Carried(Seen((60, 100), (10, 50)), 0, null);
        var half = Carried(Seen((110, 120), (49, 60)), 1, first);
        var all = Carried(Seen((110, 130), (50, 70)), 2, half);

        Assert.Equal([true, true, false], new[] { first, half, all }.Select(round => Horizon(round).IsAtMost));
    }

    [Fact]
    public void Horizon_of_a_reader_that_had_caught_up_and_lags_again_is_whole()
    {
        var caughtUp = Carried(Seen((100, 100)), 1, Carried(Seen((60, 100)), 0, null));

        Assert.False(Horizon(Carried(Seen((100, 120)), 2, caughtUp)).IsAtMost);
    }

    [Fact]
    public void Horizon_of_a_reader_that_was_set_back_is_at_most_so_long_until_it_is_where_it_was()
    {
        var lagging = Carried(Seen((100, 120)), 1, Carried(Seen((100, 100)), 0, null));
        var back = Carried(Seen((10, 120)), 2, lagging);
        var again = Carried(Seen((100, 120)), 3, back);

        Assert.Equal([false, true, false], new[] { lagging, back, again }.Select(round => Horizon(round).IsAtMost));
    }

    /// <summary>A round that an earlier release kept does not say from where on its clocks hold.</summary>
    [Fact]
    public void Horizon_is_at_most_so_long_where_it_is_not_known_from_where_on_the_clock_holds()
    {
        var kept = new EvidenceRound(Noon, Seen((60, 100)) with
        {
            Groups = [new GroupEvidence(EvidenceBuilder.Group, [new CommittedEvidence(EvidenceBuilder.Topic, 0, 60, Noon.AddMinutes(-5))])],
        }, null, null);
        var behind = Carried(Seen((99, 120)), 1, kept);
        var passed = Carried(Seen((120, 140)), 2, behind);

        Assert.Equal([true, true, false], new[] { kept, behind, passed }.Select(round => Horizon(round).IsAtMost));
    }

    [Fact]
    public void Horizon_that_is_not_at_most_is_never_longer_than_the_oldest_unread_record_has() =>
        Gen.Enum<Step>().Array[1, 40].Sample(steps =>
        {
            var written = new List<DateTimeOffset>();
            var (stable, place, now) = (0, 0, Noon);
            EvidenceRound? before = null;
            foreach (var step in steps)
            {
                now = now.AddMinutes(1);
                switch (step)
                {
                    case Step.WriteOpen or Step.Write:
                        written.Add(now);
                        stable = step == Step.Write ? written.Count : stable;
                        break;
                    case Step.Commit:
                        stable = written.Count;
                        break;
                    case Step.ReadOne:
                        place = Math.Min(place + 1, stable);
                        break;
                    case Step.ReadAll:
                        place = stable;
                        break;
                    case Step.GoBack:
                        place /= 2;
                        break;
                    default:
                        before = new EvidenceRound(now, EvidenceClocks.Carried(Seen(step, place, written.Count, stable), now, before), null, null);
                        break;
                }

                if (step == Step.Look && Horizon(before!) is { Kind: LossHorizonKind.Running, IsAtMost: false } horizon)
                {
                    Assert.True(now + horizon.Left <= written[place].AddHours(1), $"{horizon.Left} from {now:t} on for a record of {written[place]:t}");
                }
            }
        });

    private static ClusterEvidence Seen(Step step, int place, int end, int stable)
    {
        var seen = Seen((place, end));
        var topic = seen.Topics[0];
        return step switch
        {
            Step.LookWithoutGroup => seen with { Groups = [] },
            Step.LookWithoutPartition => seen with { Topics = [topic with { Partitions = [] }] },
            _ => seen with { Topics = [topic with { Partitions = [topic.Partitions[0] with { LastStable = stable }] }] },
        };
    }

    private static ClusterEvidence Seen(params (long Place, long End)[] partitions) => new("cluster-a", 1,
        [
            new TopicEvidence(
                EvidenceBuilder.Topic, "topic-a", 3_600_000,
                [.. partitions.Select((seen, number) => new PartitionEvidence(number, 0, seen.End, seen.End))])
            {
                IsDatedByBrokers = true,
            },
        ],
        [
            new GroupEvidence(
                EvidenceBuilder.Group,
                [.. partitions.Select((seen, number) => new CommittedEvidence(EvidenceBuilder.Topic, number, seen.Place, null))]),
        ]);

    private static EvidenceRound Carried(ClusterEvidence seen, int minute, EvidenceRound? before) =>
        new(Noon.AddMinutes(minute), EvidenceClocks.Carried(seen, Noon.AddMinutes(minute), before), null, null);

    private static LossHorizon Horizon(EvidenceRound round) => LossHorizon.Of(EvidenceBuilder.Flow, round, round.TakenAt);

    private enum Step
    {
        Write,
        WriteOpen,
        Commit,
        ReadOne,
        ReadAll,
        GoBack,
        Look,
        LookWithoutGroup,
        LookWithoutPartition,
    }
}
