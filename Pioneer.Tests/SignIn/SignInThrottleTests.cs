using Microsoft.Extensions.Time.Testing;
using Pioneer.Portal.SignIn;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Delays grow with wrong tries, and nobody can lock somebody else out.</summary>
public sealed class SignInThrottleTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SignInThrottle _throttle;

    public SignInThrottleTests() => _throttle = new SignInThrottle(_time);

    [Fact]
    public void Waits_double_for_the_same_email_from_the_same_address()
    {
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 14; i++)
        {
            if (Try("jo@acme.test", "10.0.0.1") is { } wait)
            {
                waits.Add(wait);
                _time.Advance(wait);
            }
        }

        Assert.Equal([1, 2, 4, 8, 16], waits.Select(wait => (int)wait.TotalSeconds));
    }

    [Fact]
    public void Address_that_names_many_waits_too_and_another_address_does_not()
    {
        var tries = 0;
        while (Try($"u{tries}@acme.test", "10.0.0.1") is null)
        {
            Assert.True(++tries < 100);
        }

        Assert.Null(Try("jo@acme.test", "10.0.0.2"));
    }

    [Fact]
    public void Guesses_from_everywhere_delay_strangers_shortly_and_the_owners_browser_never()
    {
        for (var i = 0; i < 200; i++)
        {
            Try("jo@acme.test", $"10.0.{i}.1");
        }

        Assert.InRange(Try("jo@acme.test", "10.1.0.1")!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Null(_throttle.Begin("jo@acme.test", "10.1.0.1", isKnownBrowser: true));
    }

    [Fact]
    public void Right_tries_never_wait_however_many()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Null(Try("jo@acme.test", "10.0.0.1"));
            _throttle.Succeeded("jo@acme.test", "10.0.0.1", isKnownBrowser: false);
        }
    }

    [Fact]
    public void What_is_long_over_is_forgotten()
    {
        for (var i = 0; i < 30; i++)
        {
            Try("jo@acme.test", "10.0.0.1");
        }

        _time.Advance(TimeSpan.FromMinutes(20));

        Assert.Null(Try("jo@acme.test", "10.0.0.1"));
        Assert.Null(Try("jo@acme.test", "10.0.0.1"));
    }

    private TimeSpan? Try(string email, string address) => _throttle.Begin(email, address, isKnownBrowser: false);
}
