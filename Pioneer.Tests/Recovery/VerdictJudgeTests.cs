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
    public void Verdict_is_lost_with_the_exact_range_when_a_log_was_cut_and_filled_again_beyond_its_old_end()
    {
        var verdict = Judge(new EvidenceBuilder().WithCutTo(80).WithEnd(145).WithCommitted(145));

        Assert.Equal(Verdict.Lost, verdict.Verdict);
        Assert.Equal([new LostRange(EvidenceBuilder.Topic, 0, 80, 100)], verdict.Lost);
    }

    [Fact]
    public void Verdict_is_unknown_when_nothing_tells_whether_a_log_was_cut_and_filled_again()
    {
        var verdict = Judge(new EvidenceBuilder().WithoutEpochs().WithEnd(145).WithCommitted(145));

        Assert.Equal(Verdict.Unknown, verdict.Verdict);
        Assert.Contains("without its leader epoch", verdict.Tests.Single(test => test.Number == "T2").Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_that_was_empty_needs_no_leader_epoch() => Assert.Equal(Verdict.FullLate, VerdictJudge.Judge(
        EvidenceBuilder.Flow, new EvidenceBuilder().WithEnd(0).WithCommitted(0).Build(), new EvidenceBuilder().WithoutEpochs().WithEnd(5).WithCommitted(5).Build(),
        interrupted: true).Verdict);

    [Fact]
    public void Verdict_is_lost_with_the_exact_range_when_retention_passed_a_reader()
    {
        var verdict = Judge(new EvidenceBuilder().WithEnd(300).WithEarliest(150).WithCommitted(100));

        Assert.Equal(Verdict.Lost, verdict.Verdict);
        Assert.Equal([new LostRange(EvidenceBuilder.Topic, 0, 100, 150)], verdict.Lost);
    }

    // Judged after it caught up: its position is beyond what retention removed, and only the one from before tells of a gap.
    [Fact]
    public void Verdict_is_unknown_when_retention_passed_where_a_reader_stood_before_and_it_has_caught_up_since()
    {
        var verdict = Judge(new EvidenceBuilder().WithEnd(300).WithEarliest(150).WithCommitted(300));

        Assert.Equal(Verdict.Unknown, verdict.Verdict);
        Assert.Contains("Retention removed records of acme.t.payments-0 from 100 on", verdict.Tests.Single(test => test.Number == "T3").Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_is_unknown_when_a_query_or_a_partition_or_a_topic_is_not_there_any_more()
    {
        Assert.Equal(Verdict.Unknown, Judge(new EvidenceBuilder().WithQuery("ANOTHER_V1")).Verdict);
        Assert.Equal(Verdict.Unknown, Judge(new EvidenceBuilder().WithPartition(1)).Verdict);
        var elsewhere = new TenantFlow("acme", [new FlowHop.Reading("acme.t.balances", EvidenceBuilder.Group, "LARGE_V1")]);
        Assert.Equal(Verdict.Unknown, VerdictJudge.Judge(elsewhere, new EvidenceBuilder().Build(), new EvidenceBuilder().Build(), interrupted: true).Verdict);
    }

    [Fact]
    public void Verdict_is_unknown_when_no_position_of_a_reader_was_ever_seen_and_there_was_something_to_read()
    {
        var flow = new TenantFlow("acme", [new FlowHop.Reading(EvidenceBuilder.Topic, "_confluent-ksql-acme_query_NEVER_V1", "LARGE_V1")]);

        Assert.Equal(Verdict.Unknown, VerdictJudge.Judge(flow, new EvidenceBuilder().Build(), new EvidenceBuilder().Build(), interrupted: true).Verdict);
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
            var whole = end >= 100 && committed >= 100 && earliest <= 100;
            return whole == verdict is Verdict.FullLate;
        });
}
