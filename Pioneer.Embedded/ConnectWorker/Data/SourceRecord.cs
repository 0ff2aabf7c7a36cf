namespace Pioneer.Embedded.Connect.Data;

/// <summary>A record on its way from a source to a topic.</summary>
internal sealed record SourceRecord(
    SourcePosition Position,
    string Topic,
    ConnectSchema? KeySchema,
    object? Key,
    ConnectSchema? ValueSchema,
    object? Value,
    int? Partition = null,
    DateTime? Timestamp = null);

/// <summary>
/// Where in its source a record stands: the part of the source (a table, a query) and the offset in it after which reading goes on.
/// Both are JSON objects as Connect writes them to its offsets topic; the partition in canonical form (<see cref="CanonicalJson"/>).
/// </summary>
/// <param name="PartitionJson">Which part of the source.</param>
/// <param name="OffsetJson">Where in it; null where the source has no positions (bulk).</param>
internal sealed record SourcePosition(string PartitionJson, string? OffsetJson);
