using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// How far a table or query has been read. As JSON it is the real connector's
/// <c>{"incrementing":7,"timestamp":1700000000123,"timestamp_nanos":123000000}</c>: nanos are those of the second, as in java.sql.Timestamp.
/// Our own are <c>rows_at_timestamp</c>, fingerprints of the rows of that time and later that were delivered, and <c>numbers_read</c> with <c>numbers_from</c>:
/// so are those told that are committed later.
/// </summary>
internal sealed record JdbcOffset(long? Incrementing, SourceInstant? Timestamp)
{
    /// <summary>More rows of one time than this are not written down.</summary>
    public const int MaxRowsWritten = 2_000;

    private const long MsPerSecond = 1000, NanosPerMs = 1_000_000, NanosPerMicro = 1000;

    public static readonly JdbcOffset Start = new(null, null);

    /// <summary>Fingerprints of the delivered rows of <see cref="Timestamp"/> and later; empty where none are known.</summary>
    public IReadOnlySet<long> RowsAtTimestamp { get; init; } = FrozenSet<long>.Empty;

    /// <summary>Numbers up to this one are not read again; null where none beside <see cref="Incrementing"/> are known.</summary>
    public long? NumbersFrom { get; init; }

    /// <summary>Delivered numbers beyond <see cref="NumbersFrom"/>.</summary>
    public IReadOnlySet<long> NumbersRead { get; init; } = FrozenSet<long>.Empty;

    /// <summary>The number that the next poll begins after.</summary>
    public long? ReadsAfter => NumbersFrom ?? Incrementing;

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

        if (NumbersFrom is { } from && NumbersRead.Count > 0)
        {
            json["numbers_from"] = from;
            json["numbers_read"] = new JsonArray([.. NumbersRead.Order().Select(read => JsonValue.Create(read))]);
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

        FrozenSet<long> Numbers(string name) => root.TryGetProperty(name, out var known) && known.ValueKind == JsonValueKind.Array
            ? known.EnumerateArray().Where(row => row.ValueKind == JsonValueKind.Number).Select(row => row.GetInt64()).ToFrozenSet()
            : FrozenSet<long>.Empty;
        var read = Numbers("numbers_read");
        return new JdbcOffset(Number("incrementing"), time)
        {
            RowsAtTimestamp = Numbers("rows_at_timestamp"), NumbersRead = read, NumbersFrom = read.Count > 0 ? Number("numbers_from") : null,
        };
    }

    private static long WholeSeconds(long ms) => ms - (((ms % MsPerSecond) + MsPerSecond) % MsPerSecond);
}
