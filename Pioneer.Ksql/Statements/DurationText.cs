using System.Globalization;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Statements;

/// <summary>Durations in properties: <c>10 SECONDS</c>.</summary>
public static class DurationText
{
    /// <summary>Milliseconds, or null and why.</summary>
    public static long? TryParse(string text, out string? problem)
    {
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        problem = parts.Length != 2 ? $"Expected 2 tokens, got: {parts.Length}" : null;
        if (problem is not null)
        {
            return null;
        }

        if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            problem = $"Size must be numeric: '{parts[0]}'";
            return null;
        }

        var unit = parts[1].ToUpperInvariant();
        if (!Enum.TryParse<TimeUnit>(unit.EndsWith('S') ? unit : unit + "S", ignoreCase: true, out var parsed))
        {
            problem = $"Unknown time unit: '{unit}'";
            return null;
        }

        return Durations.Milliseconds(new DurationSyntax(amount, parsed));
    }
}
