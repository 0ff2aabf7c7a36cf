using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

public sealed class LossHorizonTests
{
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    private static FlowHop.Reading Reader => EvidenceBuilder.Flow.Readers.Single();

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

    [Fact]
    public void Horizon_of_a_reader_that_was_paused_or_failed_goes_on()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-20)).Build();

        Assert.All([Reader with { Stopped = new StoppedOnPurpose(Noon, "Ada") }, Reader with { Failure = "refused" }], standing =>
            Assert.Equal(TimeSpan.FromMinutes(40), LossHorizon.Of(new TenantFlow("acme", [standing]), evidence, Noon).Left));
    }

    [Fact]
    public void Horizon_of_a_new_version_counts_from_the_positions_of_the_one_it_goes_on_from_until_it_has_its_own()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-20)).Build();
        var next = new FlowHop.Reading(EvidenceBuilder.Topic, "group of version 2", "LARGE_V2");

        Assert.Equal(LossHorizonKind.NothingUndelivered, LossHorizon.Of(new TenantFlow("acme", [next]), evidence, Noon).Kind);
        Assert.Equal(40, LossHorizon.Of(new TenantFlow("acme", [next with { EarlierGroup = EvidenceBuilder.Group }]), evidence, Noon).Undelivered);
    }

    [Fact]
    public void Horizon_says_what_was_lost_when_the_log_begins_beyond_the_position()
    {
        var evidence = new EvidenceBuilder().WithEarliest(75).WithCommitted(60, Noon.AddMinutes(-80)).Build();

        var horizon = LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon);

        Assert.Equal((LossHorizonKind.Lost, 15L), (horizon.Kind, horizon.Undelivered));
        Assert.Equal("Retention deleted 15 records of acme.t.payments that LARGE_V1 had not read.", horizon.Reason);
    }

    [Fact]
    public void Horizon_is_at_most_so_long_when_size_limits_the_topic_too()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-20)).Build();
        var bySize = evidence with { Cluster = evidence.Cluster! with { Topics = [evidence.Cluster.Topics[0] with { RetentionBytes = 1 << 20 }] } };

        Assert.False(LossHorizon.Of(EvidenceBuilder.Flow, Standing(evidence, Noon.AddMinutes(-30)), Noon).IsAtMost);
        Assert.True(LossHorizon.Of(EvidenceBuilder.Flow, Standing(bySize, Noon.AddMinutes(-30)), Noon).IsAtMost);
    }

    [Fact]
    public void Horizon_counts_from_the_time_that_the_oldest_unread_record_bears_where_the_brokers_told_it()
    {
        var evidence = Standing(new EvidenceBuilder().WithRetention(86_400_000).WithCommitted(60, Noon.AddMinutes(-20)).Build(), Noon.AddHours(-21));

        var horizon = LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon);

        Assert.Equal((TimeSpan.FromHours(3), true, false), (horizon.Left, horizon.IsByRecordTime, horizon.IsAtMost));
        Assert.Equal(TimeSpan.Zero, LossHorizon.Of(EvidenceBuilder.Flow, Standing(evidence, DateTimeOffset.UnixEpoch), Noon).Left);
    }

    [Fact]
    public void Horizon_of_a_reader_that_was_seen_standing_at_first_is_no_longer_at_most_so_long_once_its_record_is_dated()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon).Build();
        var group = evidence.Cluster!.Groups[0];
        var first = evidence with
        {
            Cluster = evidence.Cluster with { Groups = [group with { Committed = [group.Committed[0] with { ClockHoldsFrom = 100 }] }] },
        };

        Assert.True(LossHorizon.Of(EvidenceBuilder.Flow, first, Noon).IsAtMost);
        Assert.False(LossHorizon.Of(EvidenceBuilder.Flow, first, Noon).IsByRecordTime);
        Assert.False(LossHorizon.Of(EvidenceBuilder.Flow, Standing(first, Noon.AddMinutes(-50)), Noon).IsAtMost);
    }

    [Fact]
    public void Horizon_goes_by_record_time_without_asking_where_the_brokers_date_the_records()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-20)).Build();
        var dated = evidence with { Cluster = evidence.Cluster! with { Topics = [evidence.Cluster.Topics[0] with { IsDatedByBrokers = true }] } };

        Assert.True(LossHorizon.Of(EvidenceBuilder.Flow, evidence, Noon) is { IsByRecordTime: false, IsAtMost: true });
        Assert.True(LossHorizon.Of(EvidenceBuilder.Flow, dated, Noon) is { IsByRecordTime: true, IsAtMost: false });
    }

    [Fact]
    public void Tenant_without_a_reader_receives_nothing_rather_than_everything() =>
        Assert.Equal(LossHorizonKind.NobodyReads, LossHorizon.Of(new TenantFlow("acme", [EvidenceBuilder.Flow.Hops[0]]), new EvidenceBuilder().Build(), Noon).Kind);

    [Fact]
    public void Partition_that_was_not_seen_gives_no_promise()
    {
        var evidence = new EvidenceBuilder().Build();
        var blind = evidence with
        {
            Cluster = evidence.Cluster! with
            {
                Topics = [evidence.Cluster.Topics[0] with { Partitions = [] }], Unseen = [new UnseenEvidence("acme.t.payments-0", "It has no leader.")],
            },
        };

        var horizon = LossHorizon.Of(EvidenceBuilder.Flow, blind, Noon);

        Assert.Equal((LossHorizonKind.NotObserved, "It has no leader."), (horizon.Kind, horizon.Reason));
    }

    [Fact]
    public void Partition_that_nobody_serves_goes_on_ageing_beside_one_that_is_served()
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddMinutes(-1)).Build();
        var group = evidence.Cluster!.Groups[0];
        var half = evidence with
        {
            Cluster = evidence.Cluster with
            {
                Groups = [group with { Committed = [.. group.Committed, group.Committed[0] with { Partition = 1, UndeliveredSince = Noon.AddMinutes(-50) }] }],
                Unseen = [new UnseenEvidence("acme.t.payments-1", "It has no leader.")],
            },
        };

        var horizon = LossHorizon.Of(EvidenceBuilder.Flow, half, Noon);

        Assert.Equal((LossHorizonKind.Running, TimeSpan.FromMinutes(10), true), (horizon.Kind, horizon.Left!.Value, horizon.IsAtMost));
    }

    [Theory]
    [InlineData("acme.t.payments-0", true)]
    [InlineData("acme.t.payments-12", true)]
    [InlineData("acme.t.payments-eu-0", false)]
    [InlineData("acme.t.payments", false)]
    [InlineData("acme.t.payments-", false)]
    public void Partition_belongs_to_the_topic_of_exactly_its_name(string subject, bool belongs) =>
        Assert.Equal(belongs, new UnseenEvidence(subject, "").IsPartitionOf("acme.t.payments"));

    [Fact]
    public void Clock_of_a_partition_that_is_not_seen_goes_on()
    {
        var before = new CommittedEvidence("t", 0, 50, Noon.AddMinutes(-30));

        Assert.Equal(Noon.AddMinutes(-30), UndeliveredClock.Since(50, end: null, Noon, before, endBefore: 70, takenBefore: Noon.AddMinutes(-15)));
        Assert.Equal(Noon.AddMinutes(-30), UndeliveredClock.Since(50, end: 80, Noon, before, endBefore: null, takenBefore: Noon.AddMinutes(-15)));
    }

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

    private static EvidenceRound Standing(EvidenceRound round, DateTimeOffset datedAt) => round with
    {
        Cluster = round.Cluster! with
        {
            Groups = [.. round.Cluster.Groups.Select(group => group with { Committed = [.. group.Committed.Select(place => place with { DatedAt = datedAt })] })],
        },
    };
}
