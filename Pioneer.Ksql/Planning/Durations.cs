using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>Durations as numbers.</summary>
public static class Durations
{
    /// <summary>In milliseconds; what is too long to count is as long as can be counted.</summary>
    public static long Milliseconds(DurationSyntax duration)
    {
        ArgumentNullException.ThrowIfNull(duration);
        var unit = duration.Unit switch
        {
            TimeUnit.Days => 86_400_000L,
            TimeUnit.Hours => 3_600_000L,
            TimeUnit.Minutes => 60_000L,
            TimeUnit.Seconds => 1_000L,
            _ => 1L,
        };
        return duration.Amount > long.MaxValue / unit ? long.MaxValue : duration.Amount * unit;
    }
}
