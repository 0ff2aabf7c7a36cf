using System.Collections.Immutable;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Data;

/// <summary>A record on its way from a source to a topic.</summary>
/// <param name="Unreadable">Why a cell of the row cannot be what its column is declared as; the row is no record then. Null for a sound one.</param>
internal sealed record SourceRecord(
    SourcePosition Position,
    string Topic,
    ConnectSchema? KeySchema,
    object? Key,
    ConnectSchema? ValueSchema,
    object? Value,
    int? Partition = null,
    SourceInstant? Timestamp = null,
    string? Unreadable = null)
{
    /// <summary>Headers that transforms added, in order.</summary>
    public ImmutableArray<RecordHeader> Headers { get; init; } = [];
}

/// <summary>A header of a record, as a topic holds it.</summary>
internal sealed record RecordHeader(string Key, byte[] Value);

/// <summary>
/// Where in its source a record stands: the part of the source (a table, a query) and the offset in it after which reading goes on.
/// Both are JSON objects as Connect writes them to its offsets topic; the partition in canonical form (<see cref="CanonicalJson"/>).
/// </summary>
/// <param name="PartitionJson">Which part of the source.</param>
/// <param name="OffsetJson">Where in it; null where the source has no positions (bulk).</param>
internal sealed record SourcePosition(string PartitionJson, string? OffsetJson);

/// <summary>Stands in a row for a value that cannot be what its column is declared as.</summary>
/// <param name="Text">The value as the database shows it.</param>
internal sealed record UnreadableCell(string Text)
{
    public override string ToString() => Text;
}
