using System.Globalization;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Dates, times, timestamps. Patterns are those of Java's DateTimeFormatter; without a time zone UTC holds.</summary>
internal static class DateTimeFunctions
{
    private const string Family = "DATE / TIME";
    private const long MsPerDay = 86_400_000;

    public static IEnumerable<FunctionInfo> All =>
    [
        .. Formatting, .. Parsing, .. Arithmetic,
        Scalar("UNIX_TIMESTAMP", Family, "The current time, or a TIMESTAMP, in milliseconds since 1970.").NotDeterministic()
            .OnBound("() -> BIGINT", b => _ => b.Services.Time.GetUtcNow().ToUnixTimeMilliseconds())
            .On("(TIMESTAMP timestamp) -> BIGINT", a => a[0]),
        Scalar("UNIX_DATE", Family, "Today, or a DATE, in days since 1970.").NotDeterministic()
            .OnBound("() -> INT", b => _ => (int)Math.Floor(b.Services.Time.GetUtcNow().ToUnixTimeMilliseconds() / (double)MsPerDay))
            .On("(DATE date) -> INT", a => a[0]),
        Scalar("FROM_UNIXTIME", Family, "Milliseconds since 1970 as a TIMESTAMP.").On("(BIGINT epochMilli) -> TIMESTAMP", a => a[0]),
        Scalar("FROM_DAYS", Family, "Days since 1970 as a DATE.").On("(INT days) -> DATE", a => a[0]),
        Scalar("CONVERT_TZ", Family, "Moves a TIMESTAMP from one time zone's clock to another's.")
            .On("(TIMESTAMP timestamp, STRING fromTimeZone, STRING toTimeZone) -> TIMESTAMP", a => ConvertZone((long)a[0]!, (string)a[1]!, (string)a[2]!)),
    ];

    private static IEnumerable<FunctionInfo> Formatting =>
    [
        Scalar("FORMAT_DATE", Family, "A DATE as text by a pattern.")
            .OnBound("(DATE date, STRING formatPattern) -> STRING", _ => Patterned(1, (a, f) => f.Format(FromMs((int)a[0]! * MsPerDay), TimeZoneInfo.Utc))),
        Scalar("FORMAT_TIME", Family, "A TIME as text by a pattern.")
            .OnBound("(TIME time, STRING formatPattern) -> STRING", _ => Patterned(1, (a, f) => f.Format(FromMs((int)a[0]!), TimeZoneInfo.Utc))),
        Scalar("FORMAT_TIMESTAMP", Family, "A TIMESTAMP as text by a pattern, in a time zone.")
            .OnBound("(TIMESTAMP timestamp, STRING formatPattern) -> STRING", _ => Patterned(1, (a, f) => FormatIn((long)a[0]!, f, "UTC")))
            .OnBound("(TIMESTAMP timestamp, STRING formatPattern, STRING timeZone) -> STRING", _ => Patterned(1, (a, f) => FormatIn((long)a[0]!, f, (string)a[2]!))),
        Scalar("TIMESTAMPTOSTRING", Family, "Milliseconds since 1970 as text by a pattern, in a time zone.")
            .OnBound("(BIGINT epochMilli, STRING formatPattern) -> STRING", _ => Patterned(1, (a, f) => FormatIn((long)a[0]!, f, "UTC")))
            .OnBound("(BIGINT epochMilli, STRING formatPattern, STRING timeZone) -> STRING", _ => Patterned(1, (a, f) => FormatIn((long)a[0]!, f, (string)a[2]!))),
        Scalar("DATETOSTRING", Family, "Days since 1970 as text by a pattern.")
            .OnBound("(INT epochDays, STRING formatPattern) -> STRING", _ => Patterned(1, (a, f) => f.Format(FromMs((int)a[0]! * MsPerDay), TimeZoneInfo.Utc))),
    ];

    private static IEnumerable<FunctionInfo> Parsing =>
    [
        Scalar("PARSE_DATE", Family, "A text as a DATE by a pattern.")
            .OnBound("(STRING formattedDate, STRING formatPattern) -> DATE", _ => Patterned(1, (a, f) => Days(f.Parse((string)a[0]!)))),
        Scalar("PARSE_TIME", Family, "A text as a TIME by a pattern.")
            .OnBound("(STRING formattedTime, STRING formatPattern) -> TIME", _ => Patterned(1, (a, f) => (int)f.Parse((string)a[0]!).Local().TimeOfDay.TotalMilliseconds)),
        Scalar("PARSE_TIMESTAMP", Family, "A text as a TIMESTAMP by a pattern, in a time zone unless the text has one.")
            .OnBound("(STRING formattedTimestamp, STRING formatPattern) -> TIMESTAMP", _ => Patterned(1, (a, f) => Ms(f.Parse((string)a[0]!), "UTC")))
            .OnBound("(STRING formattedTimestamp, STRING formatPattern, STRING timeZone) -> TIMESTAMP", _ => Patterned(1, (a, f) => Ms(f.Parse((string)a[0]!), (string)a[2]!))),
        Scalar("STRINGTOTIMESTAMP", Family, "A text as milliseconds since 1970 by a pattern, in a time zone unless the text has one.")
            .OnBound("(STRING formattedTimestamp, STRING formatPattern) -> BIGINT", _ => Patterned(1, (a, f) => Ms(f.Parse((string)a[0]!), "UTC")))
            .OnBound("(STRING formattedTimestamp, STRING formatPattern, STRING timeZone) -> BIGINT", _ => Patterned(1, (a, f) => Ms(f.Parse((string)a[0]!), (string)a[2]!))),
        Scalar("STRINGTODATE", Family, "A text as days since 1970 by a pattern.")
            .OnBound("(STRING formattedDate, STRING formatPattern) -> INT", _ => Patterned(1, (a, f) => Days(f.Parse((string)a[0]!)))),
    ];

    private static IEnumerable<FunctionInfo> Arithmetic =>
    [
        Scalar("DATEADD", Family, "Adds an interval of days or longer to a DATE.").Spelled("dateadd")
            .On("(INTERVALUNIT unit, INT interval, DATE date) -> DATE", a => AddDays((string)a[0]!, (int)a[1]!, (int)a[2]!)),
        Scalar("DATESUB", Family, "Subtracts an interval of days or longer from a DATE.").Spelled("datesub")
            .On("(INTERVALUNIT unit, INT interval, DATE date) -> DATE", a => AddDays((string)a[0]!, -(int)a[1]!, (int)a[2]!)),
        Scalar("TIMEADD", Family, "Adds an interval to a TIME, around midnight if need be.").Spelled("timeadd")
            .On("(INTERVALUNIT unit, INT interval, TIME time) -> TIME", a => AddTime((string)a[0]!, (int)a[1]!, (int)a[2]!)),
        Scalar("TIMESUB", Family, "Subtracts an interval from a TIME, around midnight if need be.").Spelled("timesub")
            .On("(INTERVALUNIT unit, INT interval, TIME time) -> TIME", a => AddTime((string)a[0]!, -(int)a[1]!, (int)a[2]!)),
        Scalar("TIMESTAMPADD", Family, "Adds an interval to a TIMESTAMP.").Spelled("timestampadd")
            .On("(INTERVALUNIT unit, INT interval, TIMESTAMP timestamp) -> TIMESTAMP", a => checked((long)a[2]! + (UnitMs((string)a[0]!) * (int)a[1]!))),
        Scalar("TIMESTAMPSUB", Family, "Subtracts an interval from a TIMESTAMP.").Spelled("timestampsub")
            .On("(INTERVALUNIT unit, INT interval, TIMESTAMP timestamp) -> TIMESTAMP", a => checked((long)a[2]! - (UnitMs((string)a[0]!) * (int)a[1]!))),
    ];

    /// <summary>Compiles the pattern argument once for as long as it stays the same.</summary>
    private static ScalarBody Patterned(int patternAt, Func<object?[], JavaDateTimeFormat, object?> body)
    {
        string? text = null;
        JavaDateTimeFormat? format = null;
        return WithoutNulls(a =>
        {
            var pattern = (string)a[patternAt]!;
            if (format is null || !string.Equals(pattern, text, StringComparison.Ordinal))
            {
                format = JavaDateTimeFormat.Compile(pattern);
                text = pattern;
            }

            return body(a, format);
        });
    }

    private static DateTimeOffset FromMs(long ms) => DateTimeOffset.UnixEpoch.AddMilliseconds(ms);

    private static string FormatIn(long ms, JavaDateTimeFormat format, string zoneName)
    {
        var zone = TimeZones.Find(zoneName);
        return format.Format(TimeZoneInfo.ConvertTime(FromMs(ms), zone), zone);
    }

    private static int Days(JavaDateTimeFormat.Parsed parsed) => DateOnly.FromDateTime(parsed.Local()).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static long Ms(JavaDateTimeFormat.Parsed parsed, string zone) =>
        TimeZones.At(parsed.Local(), parsed.Zone ?? TimeZones.Find(zone)).ToUnixTimeMilliseconds();

    private static long ConvertZone(long ms, string from, string to)
    {
        var instant = FromMs(ms);
        return ms + (long)(TimeZones.Find(to).GetUtcOffset(instant) - TimeZones.Find(from).GetUtcOffset(instant)).TotalMilliseconds;
    }

    private static int AddDays(string unit, int interval, int days) => UnitMs(unit) >= MsPerDay
        ? checked(days + (interval * (int)(UnitMs(unit) / MsPerDay)))
        : throw new ArgumentException($"A DATE cannot be moved by {unit}");

    private static int AddTime(string unit, int interval, int ms)
    {
        var moved = ((Int128)ms + ((Int128)UnitMs(unit) * interval)) % MsPerDay;
        return (int)(moved < 0 ? moved + MsPerDay : moved);
    }

    private static long UnitMs(string unit) => unit.ToUpperInvariant().TrimEnd('S') switch
    {
        "MILLISECOND" => 1,
        "SECOND" => 1000,
        "MINUTE" => 60_000,
        "HOUR" => 3_600_000,
        "DAY" => MsPerDay,
        var other => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Unknown interval unit: {other}")),
    };
}
