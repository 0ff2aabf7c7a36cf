namespace Pioneer.Sources;

/// <summary>
/// Wall clock times of a zone and points in time. A time that a spring night leaves out counts as if the clock had not been put forward; of the two
/// hours of an autumn night the later one is meant, as Java's calendar has it.
/// </summary>
public static class SourceZone
{
    /// <summary>The point in time of a wall clock time, both in microseconds since 2000.</summary>
    public static SourceInstant ToInstant(long localMicros, TimeZoneInfo zone)
    {
        var wall = new SourceInstant(localMicros);
        var offset = wall.Utc is { } clock ? zone.GetUtcOffset(DateTime.SpecifyKind(clock, DateTimeKind.Unspecified)) : zone.BaseUtcOffset;
        return wall - offset;
    }

    /// <summary>The wall clock time of a point in time; null outside of .NET's years.</summary>
    public static DateTime? ToLocal(SourceInstant at, TimeZoneInfo zone) =>
        at.Utc is { } utc ? TimeZoneInfo.ConvertTimeFromUtc(utc, zone) : null;
}
