using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Ksql.Queries;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

public sealed class WatchedCallTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Call_that_is_late_is_given_up_and_its_caller_does_no_more()
    {
        var watched = new WatchedCall(_time, Limit);

        Assert.Throws<OperationCanceledException>(() => watched.Run(() =>
        {
            _time.Advance(Limit);
            Assert.False(watched.TryGiveUp());
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.True(watched.TryGiveUp());
        }));
    }

    [Fact]
    public void Caller_between_two_calls_is_never_given_up()
    {
        var watched = new WatchedCall(_time, Limit);

        watched.Run(() => _time.Advance(Limit * 2));

        Assert.False(watched.TryGiveUp());
        watched.Run(() => Assert.False(watched.TryGiveUp()));
    }

    [Fact]
    public void Failure_of_a_call_in_time_is_the_callers()
    {
        var watched = new WatchedCall(_time, Limit);

        Assert.Throws<TimeoutException>(() => watched.Run(() => throw new TimeoutException()));
        Assert.False(watched.TryGiveUp());
    }
}
