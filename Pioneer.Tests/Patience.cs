using System.Globalization;

namespace Pioneer.Tests;

/// <summary>How long tests wait for what is to come. A wait that is too long costs time only where a test fails; one that is too short fails a sound one.</summary>
internal static class Patience
{
    private const string Variable = "PIONEER_TEST_SLOWNESS";

    /// <summary>How much slower than the machine that the tests were written on this one is: <c>PIONEER_TEST_SLOWNESS</c>, at least 1.</summary>
    private static readonly double Slowness =
        Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } said ? 1
        : double.TryParse(said, CultureInfo.InvariantCulture, out var factor) && factor >= 1 ? factor
        : throw new InvalidOperationException($"{Variable} is '{said}'. Give a number from 1 on, or leave it out.");

    /// <summary>What most waits take.</summary>
    public static TimeSpan Usual { get; } = OfSeconds(120);

    /// <summary>For what takes several rounds of something else, as a whole cluster that comes back.</summary>
    public static TimeSpan Long { get; } = OfSeconds(240);

    /// <summary>As many seconds on a machine as the tests were written on.</summary>
    public static TimeSpan OfSeconds(double seconds) => TimeSpan.FromSeconds(seconds * Slowness);
}
