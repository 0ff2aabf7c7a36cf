using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

public sealed class LossHorizonTests
{
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    [Fact]
    public void Horizon_counts_from_the_oldest_undelivered_record_to_the_end_of_retention()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-20)).Build();

        var horizon = LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon);

        Assert.Equal((LossHorizonKind.Running, TimeSpan.FromMinutes(40), 40L), (horizon.Kind, horizon.Left!.Value, horizon.Undelivered));
    }

    [Fact]
    public void Horizon_goes_on_counting_from_old_evidence_and_ends_at_zero()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-20)).Build();

        Assert.Equal(TimeSpan.FromMinutes(10), LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon.AddMinutes(30)).Left);
        Assert.Equal(TimeSpan.Zero, LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon.AddHours(3)).Left);
    }

    [Fact]
    public void Horizon_does_not_run_when_everything_was_received() =>
        Assert.Equal(LossHorizonKind.NothingUndelivered, LossHorizon.Of(EvidenceBuilder.Flow, new EvidenceBuilder().Build(), Noon).Kind);

    [Fact]
    public void Horizon_does_not_run_on_a_topic_without_a_time_limit()
    {
        var evidence = new EvidenceBuilder().WithRetention(-1).WithCommitted(60, Noon.AddMinutes(-20)).Build();

        Assert.Equal(LossHorizonKind.KeptForever, LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon).Kind);
    }

    [Fact]
    public void Horizon_is_not_observed_when_no_broker_was_seen() =>
        Assert.Equal(LossHorizonKind.NotObserved,
            LossHorizon.Of(EvidenceBuilder.Flow, new EvidenceBuilder().Build() with { Cluster = null }, Noon).Kind);

    [Theory]
    [InlineData(100, 100, null)]
    [InlineData(80, 100, -15)]
    [InlineData(60, 100, -30)]
    public void Clock_starts_at_the_round_before_which_the_next_record_was_not_written(long committed, long end, int? minutes)
    {
        var before = new CommittedEvidence("t", 0, 50, Noon.AddMinutes(-30));

        var since = UndeliveredClock.Since(committed, end, Noon, before, endBefore: 70, takenBefore: Noon.AddMinutes(-15));

        Assert.Equal(minutes is null ? null : Noon.AddMinutes(minutes.Value), since);
    }
}
