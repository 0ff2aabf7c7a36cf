using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// How far a table or query has been read. As JSON it is the real connector's
/// <c>{"incrementing":7,"timestamp":1700000000123,"timestamp_nanos":123000000}</c>: nanos are those of the second, as in java.sql.Timestamp.
/// <c>rows_at_timestamp</c> is our own: fingerprints of the rows of that time that were delivered, so that those that came later are told from them.
/// </summary>
internal sealed record JdbcOffset(long? Incrementing, SourceInstant? Timestamp)
{
    /// <summary>More rows of one time than this are not written down.</summary>
    public const int MaxRowsWritten = 2_000;

    private const long MsPerSecond = 1000, NanosPerMs = 1_000_000, NanosPerMicro = 1000;

    public static readonly JdbcOffset Start = new(null, null);

    /// <summary>Fingerprints of the delivered rows of <see cref="Timestamp"/>; empty where none are known.</summary>
    public IReadOnlySet<long> RowsAtTimestamp { get; init; } = FrozenSet<long>.Empty;

    public string ToJson()
    {
        var json = new JsonObject();
        if (Incrementing is { } number)
        {
            json["incrementing"] = number;
        }

        if (Timestamp is { } time)
        {
            json["timestamp"] = time.UnixMs;
            json["timestamp_nanos"] = ((time.UnixMs - WholeSeconds(time.UnixMs)) * NanosPerMs) + (time.MicrosOfMs * NanosPerMicro);
        }

        if (RowsAtTimestamp.Count is > 0 and <= MaxRowsWritten)
        {
            json["rows_at_timestamp"] = new JsonArray([.. RowsAtTimestamp.Order().Select(row => JsonValue.Create(row))]);
        }

        return json.ToJsonString();
    }

    public static JdbcOffset Parse(string? json)
    {
        if (json is null)
        {
            return Start;
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        long? Number(string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
        SourceInstant? time = null;
        if (Number("timestamp") is { } ms)
        {
            time = Number("timestamp_nanos") is { } nanos
                ? SourceInstant.FromUnixMs(WholeSeconds(ms)) + TimeSpan.FromMicroseconds(nanos / NanosPerMicro)
                : SourceInstant.FromUnixMs(ms);
        }

        var rows = root.TryGetProperty("rows_at_timestamp", out var known) && known.ValueKind == JsonValueKind.Array
            ? known.EnumerateArray().Where(row => row.ValueKind == JsonValueKind.Number).Select(row => row.GetInt64()).ToFrozenSet()
            : FrozenSet<long>.Empty;
        return new JdbcOffset(Number("incrementing"), time) { RowsAtTimestamp = rows };
    }

    private static long WholeSeconds(long ms) => ms - (((ms % MsPerSecond) + MsPerSecond) % MsPerSecond);
}
