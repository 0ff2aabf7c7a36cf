using System.Globalization;

namespace Pioneer.Ksql.Functions;

/// <summary>Time zones as Java's ZoneId names them: IANA names, UTC, GMT, and offsets such as +02:00 or GMT+2.</summary>
internal static class TimeZones
{
    /// <summary>The zone of a name.</summary>
    /// <exception cref="TimeZoneNotFoundException">There is no such zone.</exception>
    public static TimeZoneInfo Find(string name)
    {
        if (name is "Z" or "UTC" or "GMT" or "UT")
        {
            return TimeZoneInfo.Utc;
        }

        var offset = name.StartsWith("UTC", StringComparison.Ordinal) || name.StartsWith("GMT", StringComparison.Ordinal) ? name[3..] : name;
        return offset.Length > 1 && offset[0] is '+' or '-' && TryParseOffset(offset, out var span)
            ? TimeZoneInfo.CreateCustomTimeZone(name, span, name, name)
            : TimeZoneInfo.FindSystemTimeZoneById(name);
    }

    /// <summary>Reads +h, +hh, +hh:mm, +hhmm.</summary>
    public static bool TryParseOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text.Length < 2 || text[0] is not ('+' or '-'))
        {
            return false;
        }

        var digits = text[1..].ToString().Replace(":", string.Empty, StringComparison.Ordinal);
        digits = digits.Length <= 2 ? digits.PadLeft(2, '0') + "00" : digits;
        if (digits.Length != 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1800)
        {
            return false;
        }

        offset = new TimeSpan(number / 100, number % 100, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    /// <summary>The instant of a local time; a time that a clock change skips is moved on by the gap, as Java does.</summary>
    public static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
        {
            var before = zone.GetUtcOffset(local.AddHours(-3));
            return new DateTimeOffset(local, before);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
