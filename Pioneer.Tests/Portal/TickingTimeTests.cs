using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Portal.Components;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class TickingTimeTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly CountingTime _time = new();

    public TickingTimeTests()
    {
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddScoped<ViewerTime>();
    }

    [Fact]
    public async Task Ages_go_on_with_one_timer_for_all_of_them()
    {
        var page = Render(WithAges(Noon.AddSeconds(-3), Noon.AddMinutes(-1), Noon.AddHours(-2)));
        Assert.Equal(["3 s ago", "1 min ago", "2 h ago"], Texts(page));

        _time.Advance(TimeSpan.FromSeconds(2));

        await page.WaitForAssertionAsync(() => Assert.Equal(["5 s ago", "1 min 2 s ago", "2 h ago"], Texts(page)));
        Assert.Equal(1, _time.Timers);
    }

    [Fact]
    public async Task Age_that_reads_the_same_is_not_drawn_again()
    {
        var page = Render(WithAges(Noon.AddSeconds(-3), Noon.AddHours(-2)));
        var ages = page.FindComponents<Ago>();
        var drawn = ages.Select(age => age.RenderCount).ToArray();

        _time.Advance(TimeSpan.FromSeconds(1));

        await page.WaitForAssertionAsync(() => Assert.Equal(drawn[0] + 1, ages[0].RenderCount));
        Assert.Equal(drawn[1], ages[1].RenderCount);
    }

    [Fact]
    public async Task Age_that_went_away_no_longer_listens()
    {
        var page = Render(WithAges(Noon));
        page.FindComponent<Ago>().Instance.Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));
        await page.InvokeAsync(() => { });
        Assert.Equal(["just now"], Texts(page));
    }

    private static RenderFragment WithAges(params DateTimeOffset[] times) => builder =>
    {
        builder.OpenComponent<Ticker>(0);
        builder.CloseComponent();
        foreach (var at in times)
        {
            builder.OpenComponent<Ago>(1);
            builder.AddComponentParameter(2, nameof(Ago.At), (DateTimeOffset?)at);
            builder.CloseComponent();
        }
    };

    private static IEnumerable<string> Texts(IRenderedComponent<IComponent> page) => page.FindAll("time").Select(time => time.TextContent);

    private sealed class CountingTime() : FakeTimeProvider(Noon)
    {
        public int Timers { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
