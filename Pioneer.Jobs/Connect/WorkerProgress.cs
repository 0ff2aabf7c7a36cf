using System.Text.Json;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Recovery;
using Pioneer.Sources;

namespace Pioneer.Jobs.Connect;

/// <summary>Reads what our own worker tells of its connectors beside their state, and positions of the JDBC source connector, ours and the real one.</summary>
internal static class WorkerProgress
{
    private const long NanosPerMicro = 1000, MicrosPerMs = 1000;

    /// <summary>Rows that were left out; null where the worker does not tell.</summary>
    public static SkippedRows? Skipped(JsonElement connector) => connector.TryGetProperty("skipped", out var tasks)
        ? SkippedRows.Sum([.. tasks.EnumerateArray().Select(task => new SkippedRows(
            task.GetProperty("count").GetInt64(), Time(task, "last_at"), Text(task, "last_place") ?? "", Text(task, "last_reason") ?? ""))])
        : null;

    /// <summary>What was done since the start; null where the worker does not tell.</summary>
    public static ConnectorProgress? Of(JsonElement connector) => connector.TryGetProperty("progress", out var tasks)
        ? ConnectorProgress.Sum([.. tasks.EnumerateArray().Select(task => new ConnectorProgress(
            task.GetProperty("started_at").GetDateTimeOffset(),
            Time(task, "source_reached_at"),
            task.GetProperty("rows").GetInt64(),
            Time(task, "last_row_at"),
            Time(task, "last_error_at"),
            Text(task, "last_error"),
            Position([.. task.GetProperty("positions").EnumerateArray().Select(position => position.GetProperty("offset"))]))
        {
            WaitsSince = Time(task, "waits_since"),
        })])
        : null;

    /// <summary>The position of a connector that reads one table or query; null where it has none, or is of another kind.</summary>
    /// <param name="offsets">As the worker keeps them: <c>{"incrementing":7,"timestamp":1700000000123,"timestamp_nanos":123000000}</c>.</param>
    public static ConnectorPosition? Position(IReadOnlyList<JsonElement> offsets)
    {
        if (offsets is not [{ ValueKind: JsonValueKind.Object } offset])
        {
            return null;
        }

        // nanos are those of the second, as in java.sql.Timestamp
        var micros = Number(offset, "timestamp_nanos") is { } nanos ? nanos / NanosPerMicro % MicrosPerMs : 0;
        var time = Number(offset, "timestamp") is { } ms ? SourceInstant.FromUnixMs(ms) + TimeSpan.FromMicroseconds(micros) : (SourceInstant?)null;
        var number = Number(offset, "incrementing");
        return time is null && number is null ? null : new ConnectorPosition(new SourceMark(time, number));
    }

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
