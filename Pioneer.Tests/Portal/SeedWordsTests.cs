using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Portal.Features.Seeding;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class SeedWordsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(SeedRunState.Snapshotting, 250, 1000L, 50, "about 15 s left to copy")]
    [InlineData(SeedRunState.Snapshotting, 1000, 1000L, 50, null)]
    [InlineData(SeedRunState.Snapshotting, 0, 1000L, 0, null)]
    [InlineData(SeedRunState.Snapshotting, 250, null, 50, null)]
    [InlineData(SeedRunState.Verifying, 250, 1000L, 50, null)]
    public void Time_left_is_said_while_rows_are_copied_and_their_number_is_known(SeedRunState state, long rows, long? of, double speed, string? left) =>
        Assert.Equal(left, SeedWords.Left(ARun(state, rows, of, speed)));

    [Theory]
    [InlineData(null, "The last run copied 50 rows in 3 s.")]
    [InlineData(5, "The last run copied 50 rows; at 5 a second as many take 10 s at least.")]
    [InlineData(1000, "The last run copied 50 rows in 3 s.")]
    public void Estimate_follows_the_last_run_and_the_rate(int? rate, string words) =>
        Assert.Equal(words, SeedWords.Estimate(ARun(SeedRunState.Done, 50, 50, 20), rate, 70));

    [Fact]
    public void Estimate_says_that_it_does_not_know_when_nothing_was_run() =>
        Assert.StartsWith("No run over it has ended well yet", SeedWords.Estimate(null, 5, null), StringComparison.Ordinal);

    [Theory]
    [InlineData(1000L, 5, "The topic holds 1,000 records, so there are no more rows than that; at 5 a second as many take 3 min 20 s.")]
    [InlineData(1000L, null, "The topic holds 1,000 records, so there are no more rows than that. How fast they are copied here is not known yet.")]
    [InlineData(0L, 5, "The topic holds no record now.")]
    public void First_estimate_is_bounded_by_what_the_topic_holds(long records, int? rate, string words) => Assert.Equal(words, SeedWords.Estimate(null, rate, records));

    private static SeedRunRow ARun(SeedRunState state, long rows, long? of, double speed) => new(
        new SeedRunId(Guid.NewGuid()), "acme", new SeedJobId(Guid.NewGuid()), "job", "state", state, 1, rows, of, speed, 0, 0, null, null, null, Start, "test", Start,
        Start.AddSeconds(3));
}
