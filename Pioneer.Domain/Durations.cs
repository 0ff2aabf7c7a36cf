namespace Pioneer.Domain;

/// <summary>Durations with at most two units, as in '5 h 12 min'; the one way in which pages, sentences and reports write them.</summary>
public static class Durations
{
    public static string Words(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1000 } => $"{(int)span.TotalMilliseconds} ms",
        { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} s",
        { TotalMinutes: < 60 } => Two((int)span.TotalMinutes, "min", span.Seconds, "s", span.TotalMinutes < 10),
        { TotalHours: < 24 } => Two((int)span.TotalHours, "h", span.Minutes, "min", true),
        _ => Two((int)span.TotalDays, "d", span.Hours, "h", span.TotalDays < 30),
    };

    private static string Two(int major, string majorUnit, int minor, string minorUnit, bool both) =>
        both && minor > 0 ? $"{major} {majorUnit} {minor} {minorUnit}" : $"{major} {majorUnit}";
}
