using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What a person is told before a reader is paused or goes on.</summary>
public sealed class ReaderOutlookTests
{
    private const long Hour = 3_600_000;
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    [Fact]
    public void Nothing_that_waits_is_kept_for_the_retention_from_now_on()
    {
        var outlook = Of(new EvidenceBuilder().WithRetention(Hour).Build());

        Assert.Equal("What comes from now on is kept for 1 h: resume it before 2026-11-23 13:00 UTC.", outlook.IfItStands);
        Assert.Equal("It goes on where it stopped. No record waits, and none was lost.", outlook.IfItGoesOn);
    }

    [Fact]
    public void What_waits_already_is_safe_until_its_clock_ends()
    {
        var outlook = Of(new EvidenceBuilder().WithRetention(Hour).WithEnd(110).WithCommitted(100, Noon.AddMinutes(-20)).Build());

        Assert.Equal("10 records wait. Nothing is lost until, at most, 2026-11-23 12:40 UTC, if its records bear the time of their writing: resume it before.", outlook.IfItStands);
        Assert.Equal("It goes on where it stopped. 10 records wait, and none was lost.", outlook.IfItGoesOn);
    }

    [Fact]
    public void What_waits_already_is_safe_from_the_time_that_it_bears_where_that_was_told()
    {
        var evidence = new EvidenceBuilder().WithRetention(Hour).WithEnd(110).WithCommitted(100, Noon.AddMinutes(-20)).Build();
        var group = evidence.Cluster!.Groups[0];
        var dated = evidence with { Cluster = evidence.Cluster with { Groups = [group with { Committed = [group.Committed[0] with { DatedAt = Noon.AddMinutes(-50) }] }] } };

        Assert.Equal("10 records wait. Nothing is lost until 2026-11-23 12:10 UTC: resume it before.", Of(dated).IfItStands);
    }

    [Fact]
    public void What_retention_deleted_is_counted_before_it_goes_on()
    {
        var outlook = Of(new EvidenceBuilder().WithRetention(Hour).WithEarliest(60).WithEnd(110).WithCommitted(10, Noon.AddHours(-3)).Build());

        Assert.Equal(LossHorizonKind.Lost, outlook.Horizon.Kind);
        Assert.Equal(
            "Retention deleted 50 records of acme.t.payments that LARGE_V1 had not read. It goes on with what is left; whoever needs what was lost must be seeded.", outlook.IfItGoesOn);
        Assert.EndsWith("More follow while it stands.", outlook.IfItStands, StringComparison.Ordinal);
    }

    [Fact]
    public void Topic_that_keeps_everything_sets_no_time()
        => Assert.Equal("Its topic keeps everything: nothing is lost however long it stands.", Of(new EvidenceBuilder().WithRetention(-1).Build()).IfItStands);

    [Fact]
    public void What_was_not_seen_is_promised_nothing_for_and_what_is_old_says_so()
    {
        var unseen = Of(null);
        Assert.Equal("Until when nothing is lost is not observed: No round of evidence has been taken yet.", unseen.IfItStands);
        Assert.Equal("Whether anything was lost is not observed: No round of evidence has been taken yet.", unseen.IfItGoesOn);

        var evidence = new EvidenceBuilder().Build();
        var old = ReaderOutlook.Of("acme", EvidenceBuilder.Flow.Readers.Single(), evidence, evidence.TakenAt.AddMinutes(5));
        Assert.EndsWith(" UTC; nothing was seen since.", old.IfItStands, StringComparison.Ordinal);
    }

    private static ReaderOutlook Of(EvidenceRound? evidence) => ReaderOutlook.Of("acme", EvidenceBuilder.Flow.Readers.Single(), evidence, Noon);
}
