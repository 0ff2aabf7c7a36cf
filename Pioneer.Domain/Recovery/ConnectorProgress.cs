using System.Text.Json.Serialization;
using Pioneer.Domain.Ingestion;

namespace Pioneer.Domain.Recovery;

/// <summary>What a connector has done since its tasks were started, as its worker tells; RUNNING says only that it was not stopped.</summary>
/// <param name="StartedAt">When the first of its tasks was started.</param>
/// <param name="SourceReachedAt">When its source last answered it; null where it has not since the start.</param>
/// <param name="Rows">Records that it wrote since the start.</param>
/// <param name="LastRowAt">When it wrote the last of them.</param>
/// <param name="LastErrorAt">When it was last interrupted; it may have gone on since.</param>
/// <param name="LastError">Why, in the worker's words. May name addresses, so it is for the platform's people.</param>
/// <param name="Position">How far it has read; null where it has read nothing, or reads everything each time.</param>
public sealed record ConnectorProgress(
    DateTimeOffset StartedAt, DateTimeOffset? SourceReachedAt, long Rows, DateTimeOffset? LastRowAt, DateTimeOffset? LastErrorAt, string? LastError,
    ConnectorPosition? Position)
{
    /// <summary>Since when it waits for an answer of its source, tries that failed included; null where it does not wait.</summary>
    public DateTimeOffset? WaitsSince { get; init; }

    /// <summary>Its last error, as a sentence that follows another; empty where it had none.</summary>
    public string ErrorText() => LastErrorAt is { } at ? $" Its last error, at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {LastError}" : "";

    /// <summary>That of all tasks together; null where no task tells.</summary>
    public static ConnectorProgress? Sum(IReadOnlyCollection<ConnectorProgress> tasks)
    {
        if (tasks.Count == 0)
        {
            return null;
        }

        var failed = tasks.MaxBy(task => task.LastErrorAt ?? DateTimeOffset.MinValue)!;
        return new ConnectorProgress(
            tasks.Min(task => task.StartedAt), tasks.Max(task => task.SourceReachedAt), tasks.Sum(task => task.Rows), tasks.Max(task => task.LastRowAt),
            failed.LastErrorAt, failed.LastError, tasks.Count == 1 ? failed.Position : null)
        {
            WaitsSince = tasks.Min(task => task.WaitsSince),
        };
    }
}

/// <summary>How far a connector has read its table.</summary>
/// <param name="Mark">The largest time and number that it has read.</param>
public sealed record ConnectorPosition([property: JsonIgnore] SourceMark Mark)
{
    /// <summary>The largest time, in ISO 8601; null where it does not read by time.</summary>
    public string? Time => Mark.Time?.ToString();

    /// <summary>The largest number of the growing column; null where it does not read by one.</summary>
    public long? Number => Mark.Number;

    /// <summary>In words.</summary>
    public string ToText() => (Time, Number) switch
    {
        ({ } time, { } number) => $"{time}, number {number}",
        ({ } time, null) => time,
        (null, { } number) => $"number {number}",
        _ => "",
    };
}
