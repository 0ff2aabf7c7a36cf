using Xunit;

namespace Pioneer.Tests.Embedded;

/// <summary>Waits for a condition instead of a time.</summary>
public static class WaitFor
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public static Task TrueAsync(Func<bool> condition, Action? meanwhile = null, double seconds = 120) =>
        TrueAsync(() => Task.FromResult(condition()), meanwhile, seconds);

    public static async Task TrueAsync(Func<Task<bool>> condition, Action? meanwhile = null, double seconds = 120)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, $"The condition did not hold within {seconds} s");
            meanwhile?.Invoke();
            await Task.Delay(Pause);
        }
    }
}
