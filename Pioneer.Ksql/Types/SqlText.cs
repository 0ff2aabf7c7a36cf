using System.Globalization;

namespace Pioneer.Ksql.Types;

/// <summary>Values as text the way CAST(x AS STRING) gives it, which is Java's toString for the containers.</summary>
public static class SqlText
{
    private const int MsPerDay = 86_400_000;
    private static readonly DateTime Epoch = DateTime.UnixEpoch;

    /// <summary>The text of a value of a type; null stays null.</summary>
    public static string? Of(object? value, SqlType type) => value switch
    {
        null => null,
        string s => s,
        bool b => b ? "true" : "false",
        double d => JavaText.Of(d),
        BigDecimal d => d.ToString(),
        byte[] bytes => Convert.ToBase64String(bytes),
        int i when type.BaseType == SqlBaseType.Date => Date(i),
        int i when type.BaseType == SqlBaseType.Time => Time(i),
        int i => i.ToString(CultureInfo.InvariantCulture),
        long l when type.BaseType == SqlBaseType.Timestamp => Timestamp(l),
        long l => l.ToString(CultureInfo.InvariantCulture),
        object?[] items when type is SqlArray array => $"[{string.Join(", ", items.Select(x => Of(x, array.Element) ?? "null"))}]",
        Dictionary<object, object?> map when type is SqlMap m =>
            $"{{{string.Join(", ", map.Select(e => $"{Of(e.Key, m.Key)}={Of(e.Value, m.Value) ?? "null"}"))}}}",
        object?[] fields when type is SqlStruct s => Struct(fields, s),
        _ => throw new ArgumentException($"A value of {value.GetType().Name} is not a {type}", nameof(value)),
    };

    /// <summary>Whether a date or time is one that has a text: within the years 1 to 9999, and within a day.</summary>
    public static bool HasText(object value, SqlType type) => (value, type.BaseType) switch
    {
        (int days, SqlBaseType.Date) => days is >= -719_162 and <= 2_932_896,
        (int ms, SqlBaseType.Time) => ms is >= 0 and < MsPerDay,
        (long ms, SqlBaseType.Timestamp) => ms is >= -62_135_596_800_000 and <= 253_402_300_799_999,
        _ => true,
    };

    /// <summary>Days since 1970 as <c>yyyy-MM-dd</c>.</summary>
    public static string Date(int epochDays) => Epoch.AddDays(epochDays).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds of the day as <c>HH:mm</c>, with seconds and milliseconds where there are any (LocalTime.toString).</summary>
    public static string Time(int msOfDay)
    {
        var time = TimeSpan.FromMilliseconds(msOfDay);
        var format = time.Milliseconds != 0 ? @"hh\:mm\:ss\.fff" : time.Seconds != 0 ? @"hh\:mm\:ss" : @"hh\:mm";
        return time.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>Milliseconds since 1970 as <c>yyyy-MM-ddTHH:mm:ss.SSS</c>, UTC.</summary>
    public static string Timestamp(long epochMs) =>
        Epoch.AddMilliseconds(epochMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Reads <c>yyyy[-MM[-dd]]</c>, with or without a time behind it.</summary>
    /// <exception cref="FormatException">The text is not a date.</exception>
    public static int ParseDate(string text)
    {
        var at = text.IndexOf('T', StringComparison.Ordinal);
        return (int)Math.Floor(ParseTimestampParts(at < 0 ? text : text[..at]).TotalDays);
    }

    /// <summary>Reads <c>HH[:mm[:ss[.SSS]]]</c>.</summary>
    /// <exception cref="FormatException">The text is not a time of day.</exception>
    public static int ParseTime(string text)
    {
        string[] formats = ["%H", "H:mm", "H:mm:ss", "H:mm:ss.FFFFFFF"];
        var time = TimeOnly.ParseExact(text, formats, CultureInfo.InvariantCulture);
        return (int)(time.Ticks / TimeSpan.TicksPerMillisecond % MsPerDay);
    }

    /// <summary>Reads an ISO timestamp, partial ones completed, with an optional offset behind it (UTC without one).</summary>
    /// <exception cref="FormatException">The text is not a timestamp.</exception>
    public static long ParseTimestamp(string text)
    {
        var time = text.IndexOf('T', StringComparison.Ordinal);
        if (time < 0)
        {
            return (long)ParseTimestampParts(text).TotalMilliseconds;
        }

        var zone = text.IndexOfAny(['Z', 'z', '+', '-'], time);
        var offset = zone < 0 ? TimeSpan.Zero : ParseOffset(text[zone..]);
        var clock = text[(time + 1)..(zone < 0 ? text.Length : zone)];
        var date = ParseTimestampParts(text[..time]);
        return (long)(date - offset).TotalMilliseconds + (clock.Length == 0 ? 0 : ParseTime(clock));
    }

    private static TimeSpan ParseTimestampParts(string date)
    {
        string[] formats = ["yyyy-M-d", "yyyy-M", "yyyy"];
        return DateTime.ParseExact(date, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - Epoch;
    }

    private static TimeSpan ParseOffset(string text)
    {
        if (text is "Z" or "z")
        {
            return TimeSpan.Zero;
        }

        var digits = text[1..].Replace(":", string.Empty, StringComparison.Ordinal).PadRight(4, '0');
        if (digits.Length != 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new FormatException($"Not a zone offset: '{text}'");
        }

        var offset = new TimeSpan(number / 100, number % 100, 0);
        return text[0] == '-' ? -offset : offset;
    }

    private static string Struct(object?[] values, SqlStruct type)
    {
        var parts = type.Fields.Zip(values).Where(p => p.Second is not null).Select(p => $"{p.First.Name}={Of(p.Second, p.First.Type)}");
        return $"Struct{{{string.Join(",", parts)}}}";
    }
}
