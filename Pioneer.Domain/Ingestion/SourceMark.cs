using Pioneer.Sources;

namespace Pioneer.Domain.Ingestion;

/// <summary>How far rows have been looked at, or read: the largest time and the largest number of a growing column.</summary>
public sealed record SourceMark(SourceInstant? Time, long? Number)
{
    /// <summary>Before every row.</summary>
    public static SourceMark None { get; } = new(null, null);

    /// <summary>The larger of each.</summary>
    public SourceMark Max(SourceMark other) => new(
        other.Time is { } time && !(Time >= time) ? time : Time, other.Number is { } number && !(Number >= number) ? number : Number);
}
