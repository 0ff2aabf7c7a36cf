using System.Collections.Frozen;

namespace Pioneer.Ksql.Functions;

/// <summary>Short names of zones (PST, CEST): .NET has none, Java prints them for pattern letter z.</summary>
internal static class ZoneNames
{
    private static readonly FrozenDictionary<string, (string Standard, string Daylight)> Short = new Dictionary<string, (string, string)>
    {
        ["UTC"] = ("UTC", "UTC"), ["America/Los_Angeles"] = ("PST", "PDT"), ["America/Denver"] = ("MST", "MDT"),
        ["America/Chicago"] = ("CST", "CDT"), ["America/New_York"] = ("EST", "EDT"), ["Europe/London"] = ("GMT", "BST"),
        ["Europe/Berlin"] = ("CET", "CEST"), ["Europe/Paris"] = ("CET", "CEST"), ["Europe/Zurich"] = ("CET", "CEST"),
        ["Europe/Vienna"] = ("CET", "CEST"), ["Europe/Madrid"] = ("CET", "CEST"), ["Europe/Rome"] = ("CET", "CEST"),
        ["Europe/Amsterdam"] = ("CET", "CEST"), ["Europe/Warsaw"] = ("CET", "CEST"), ["Asia/Tokyo"] = ("JST", "JST"),
        ["Asia/Kolkata"] = ("IST", "IST"), ["Australia/Sydney"] = ("AEST", "AEDT"), ["Asia/Singapore"] = ("SGT", "SGT"),
        ["Asia/Hong_Kong"] = ("HKT", "HKT"), ["Asia/Shanghai"] = ("CST", "CST"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The name at an instant: short where known, else the zone's own identifier.</summary>
    public static string Of(DateTimeOffset time, TimeZoneInfo zone, bool full)
    {
        var daylight = zone.IsDaylightSavingTime(time);
        if (full)
        {
            return daylight ? zone.DaylightName : zone.StandardName;
        }

        return Short.TryGetValue(zone.Id, out var names) ? daylight ? names.Daylight : names.Standard : zone.Id;
    }

    /// <summary>The zone of an identifier or a short name, or null.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        var entry = Short.FirstOrDefault(e => e.Value.Standard == name || e.Value.Daylight == name);
        try
        {
            return TimeZones.Find(entry.Key ?? name);
        }
        catch (TimeZoneNotFoundException)
        {
            return null;
        }
    }
}
