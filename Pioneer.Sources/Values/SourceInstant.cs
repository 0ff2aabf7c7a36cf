using System.Globalization;

namespace Pioneer.Sources;

/// <summary>
/// A point in time to the microsecond, over the whole range that PostgreSQL has (4713 BC to 294276): <see cref="DateTime"/> ends at 9999 and
/// wraps around beyond it without a word.
/// </summary>
/// <param name="Micros">Microseconds since 2000-01-01T00:00Z, as PostgreSQL counts.</param>
public readonly record struct SourceInstant(long Micros) : IComparable<SourceInstant>
{
    private const long EpochMs = 946_684_800_000;
    private const long MicrosPerMs = 1000;

    private static readonly DateTime Origin = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The smallest one: earlier than every time that a column can hold.</summary>
    public static SourceInstant Earliest { get; } = new(long.MinValue + 1);

    /// <summary>Milliseconds since 1970-01-01T00:00Z; what is finer is cut off towards the past.</summary>
    public long UnixMs => FloorDivide(Micros, MicrosPerMs) + EpochMs;

    /// <summary>Microseconds beyond <see cref="UnixMs"/>, 0 to 999.</summary>
    public int MicrosOfMs => (int)(Micros - (FloorDivide(Micros, MicrosPerMs) * MicrosPerMs));

    /// <summary>The time as .NET has it; null outside of the years 1 to 9999.</summary>
    public DateTime? Utc
    {
        get
        {
            var ticks = (Int128)Origin.Ticks + ((Int128)Micros * TimeSpan.TicksPerMicrosecond);
            return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? new DateTime((long)ticks, DateTimeKind.Utc) : null;
        }
    }

    /// <summary>From milliseconds since 1970, as Kafka and JSON carry times.</summary>
    public static SourceInstant FromUnixMs(long ms) => new(Saturate(((Int128)ms - EpochMs) * MicrosPerMs));

    /// <summary>From a time in UTC.</summary>
    public static SourceInstant FromUtc(DateTime utc) => new((utc - Origin).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Later by that much; ends of the range hold.</summary>
    public static SourceInstant operator +(SourceInstant at, TimeSpan span) => new(Saturate((Int128)at.Micros + (span.Ticks / TimeSpan.TicksPerMicrosecond)));

    /// <summary>Earlier by that much; ends of the range hold.</summary>
    public static SourceInstant operator -(SourceInstant at, TimeSpan span) => at + -span;

    /// <summary>Earlier than.</summary>
    public static bool operator <(SourceInstant left, SourceInstant right) => left.Micros < right.Micros;

    /// <summary>Later than.</summary>
    public static bool operator >(SourceInstant left, SourceInstant right) => left.Micros > right.Micros;

    /// <summary>Not later than.</summary>
    public static bool operator <=(SourceInstant left, SourceInstant right) => left.Micros <= right.Micros;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(SourceInstant left, SourceInstant right) => left.Micros >= right.Micros;

    /// <inheritdoc/>
    public int CompareTo(SourceInstant other) => Micros.CompareTo(other.Micros);

    /// <summary>ISO 8601, or outside of .NET's years the milliseconds since 1970.</summary>
    public override string ToString() => Utc is { } utc
        ? utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)
        : UnixMs.ToString(CultureInfo.InvariantCulture);

    private static long Saturate(Int128 value) => (long)Int128.Clamp(value, long.MinValue + 1, long.MaxValue);

    private static long FloorDivide(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);
}
