using CsCheck;
using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

public sealed class VerdictJudgeTests
{
    private static TenantVerdict Judge(EvidenceBuilder after, bool interrupted = true) =>
        VerdictJudge.Judge(EvidenceBuilder.Flow, new EvidenceBuilder().Build(), after.Build(), interrupted);

    [Fact]
    public void Verdict_is_full_late_when_everything_was_caught_up_after_an_interruption() =>
        Assert.Equal(Verdict.FullLate, Judge(new EvidenceBuilder().WithEnd(140).WithCommitted(140)).Verdict);

    [Fact]
    public void Verdict_is_full_when_nothing_was_interrupted() =>
        Assert.Equal(Verdict.Full, Judge(new EvidenceBuilder(), interrupted: false).Verdict);

    [Fact]
    public void Verdict_is_lost_with_the_exact_range_when_the_end_moved_back()
    {
        var verdict = Judge(new EvidenceBuilder().WithEnd(90).WithCommitted(100));

        Assert.Equal(Verdict.Lost, verdict.Verdict);
        Assert.Equal([new LostRange(EvidenceBuilder.Topic, 0, 90, 100)], verdict.Lost);
    }

    [Fact]
    public void Verdict_is_lost_with_the_exact_range_when_retention_passed_a_reader()
    {
        var verdict = Judge(new EvidenceBuilder().WithEnd(300).WithEarliest(150).WithCommitted(100));

        Assert.Equal(Verdict.Lost, verdict.Verdict);
        Assert.Equal([new LostRange(EvidenceBuilder.Topic, 0, 100, 150)], verdict.Lost);
    }

    [Fact]
    public void Verdict_is_reseed_needed_when_the_topic_was_created_again() =>
        Assert.Equal(Verdict.ReseedNeeded, Judge(new EvidenceBuilder().WithTopicId("topic-b")).Verdict);

    [Fact]
    public void Verdict_is_unknown_when_a_probe_is_missing() =>
        Assert.Equal(Verdict.Unknown, Judge(new EvidenceBuilder().WithoutQueries()).Verdict);

    [Fact]
    public void Verdict_is_unknown_when_there_is_nothing_from_before() =>
        Assert.Equal(Verdict.Unknown, VerdictJudge.Judge(EvidenceBuilder.Flow, null, new EvidenceBuilder().Build(), interrupted: true).Verdict);

    [Fact]
    public void Verdict_is_unknown_while_a_task_is_still_failed() =>
        Assert.Equal(Verdict.Unknown, Judge(new EvidenceBuilder().WithTask("FAILED")).Verdict);

    [Fact]
    public void Verdict_is_never_full_when_any_position_or_end_went_back() =>
        Gen.Select(Gen.Long[0, 200], Gen.Long[0, 200], Gen.Long[0, 200]).Sample((earliest, end, committed) =>
        {
            var verdict = Judge(new EvidenceBuilder().WithEarliest(earliest).WithEnd(end).WithCommitted(committed)).Verdict;
            var whole = end >= 100 && committed >= 100 && earliest <= committed;
            return whole == verdict is Verdict.FullLate;
        });
}
