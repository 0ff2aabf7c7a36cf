using System.Data.Common;
using System.Globalization;

namespace Pioneer.Sources;

/// <summary>
/// Times in SQLite, which has no type for them, as the Xerial driver reads them: whole numbers are milliseconds since 1970, fractions Julian days,
/// texts ISO 8601.
/// </summary>
internal static class SqliteTimes
{
    private const double JulianDayOf1970 = 2_440_587.5;
    private const double MsPerDay = 86_400_000;

    // Julian days of the years 0 and 9999, which SQLite's own functions keep to
    private const double FirstDay = 1_721_059.5, LastDay = 5_373_484.5;

    private const DateTimeStyles Styles = DateTimeStyles.None;

    private static readonly string[] LocalForms =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd",
    ];

    private static readonly string[] OffsetForms =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK",
    ];

    public static SourceInstant Instant(DbDataReader reader, int at, TimeZoneInfo zone) =>
        Find(reader.GetValue(at), zone) ?? throw SqliteFields.Unreadable(reader, at, reader.GetValue(at), "no time.");

    /// <summary>The point in time that a cell's value stands for; null where it is none.</summary>
    public static SourceInstant? Find(object value, TimeZoneInfo zone) => value switch
    {
        long ms => SourceInstant.FromUnixMs(ms),
        double day when day is >= FirstDay and < LastDay => SourceInstant.FromUnixMs((long)Math.Round((day - JulianDayOf1970) * MsPerDay)),
        string text when Local(text) is { } local => SourceZone.ToInstant(SourceInstant.FromUtc(local).Micros, zone),
        string text => WithOffset(text),
        _ => null,
    };

    public static int Date(DbDataReader reader, int at, TimeZoneInfo zone)
    {
        if (reader.GetValue(at) is string text && Local(text) is { } local)
        {
            return DaysSince1970(local);
        }

        return SourceZone.ToLocal(Instant(reader, at, zone), zone) is { } day
            ? DaysSince1970(day)
            : throw SqliteFields.Unreadable(reader, at, reader.GetValue(at), "no date of the years 1 to 9999.");
    }

    private static int DaysSince1970(DateTime day) => DateOnly.FromDateTime(day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static DateTime? Local(string text) =>
        DateTime.TryParseExact(text, LocalForms, CultureInfo.InvariantCulture, Styles, out var local) ? DateTime.SpecifyKind(local, DateTimeKind.Utc) : null;

    private static SourceInstant? WithOffset(string text) =>
        DateTimeOffset.TryParseExact(text, OffsetForms, CultureInfo.InvariantCulture, Styles, out var time)
            ? SourceInstant.FromUtc(time.UtcDateTime)
            : null;
}
