using CsCheck;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Portal.Features.Ingestion;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>What a feed is set to, by API or by form, goes through the form as it is: saving another field must not change it.</summary>
public sealed class FeedFormTests
{
    private static readonly Gen<long> Retentions = Gen.Long[1, 3_650L * 86_400_000];

    private static readonly Gen<int> Limits = Gen.Int[QueryLimits.MinMs, QueryLimits.MaxMs];

    [Fact]
    public void Times_of_a_feed_come_out_of_the_form_as_they_went_in() => Gen.Select(Retentions, Limits).Sample((retention, limit) =>
    {
        var saved = FeedForm.Of(Feed(retention) with { QueryLimitMs = limit }, null).ToRequest();

        Assert.Equal((retention, limit), (saved.RetentionMs, saved.QueryLimitMs));
    });

    [Fact]
    public void Feed_without_a_limit_of_its_own_gets_none() =>
        Assert.Equal(0, FeedForm.Of(Feed(FeedRequest.DefaultRetentionMs), null).ToRequest().QueryLimitMs);

    private static FeedRow Feed(long retentionMs) => new(
        FeedId.From(Guid.Empty), "payments", "", "bank", "payments", FeedKind.Event, [], ["id"], null, "id", "tenant_id", FeedRequest.DefaultPollIntervalMs,
        FeedRequest.DefaultCommitDelayMs, retentionMs, null, 0, 1);
}
