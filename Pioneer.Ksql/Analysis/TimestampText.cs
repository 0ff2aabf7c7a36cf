using System.Globalization;
using System.Text.RegularExpressions;

namespace Pioneer.Ksql.Analysis;

/// <summary>Reads the text of a time as ksqlDB does next to ROWTIME: ISO, from the year to the millisecond, with or without a zone.</summary>
internal static partial class TimestampText
{
    [GeneratedRegex(
        @"^(?<y>\d{4})(-(?<mo>\d{1,2})(-(?<d>\d{1,2}))?)?([T ]((?<h>\d{1,2})(:(?<mi>\d{1,2})(:(?<s>\d{1,2})(\.(?<f>\d{1,3}))?)?)?)?)?(?<z>Z|[+-]\d{2}:?\d{2})?$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();

    /// <summary>Epoch milliseconds, or null when the text is no time. Without a zone it is UTC.</summary>
    public static long? TryParse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            return null;
        }

        int Part(string name, int missing) =>
            match.Groups[name] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : missing;

        var (year, month, day) = (Part("y", 1), Part("mo", 1), Part("d", 1));
        var (hour, minute, second) = (Part("h", 0), Part("mi", 0), Part("s", 0));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        var millisecond = match.Groups["f"].Success ? int.Parse(match.Groups["f"].Value.PadRight(3, '0'), CultureInfo.InvariantCulture) : 0;
        var local = new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return local - OffsetMs(match.Groups["z"].Value);
    }

    private static long OffsetMs(string zone)
    {
        if (zone is "" or "Z")
        {
            return 0;
        }

        var digits = zone[1..].Replace(":", "", StringComparison.Ordinal);
        var minutes = (int.Parse(digits.AsSpan(0, 2), CultureInfo.InvariantCulture) * 60) + int.Parse(digits.AsSpan(2, 2), CultureInfo.InvariantCulture);
        return (zone[0] == '-' ? -1 : 1) * minutes * 60_000L;
    }
}
