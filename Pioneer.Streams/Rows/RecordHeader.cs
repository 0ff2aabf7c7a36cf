using System.Collections.Immutable;

namespace Pioneer.Streams.Rows;

/// <summary>A header of a record.</summary>
/// <param name="Key">Its name; names may come more than once.</param>
/// <param name="Value">Its value; may be null.</param>
public sealed record RecordHeader(string Key, byte[]? Value);

/// <summary>A record as a topic gives it.</summary>
/// <param name="Key">The bytes of the key.</param>
/// <param name="Value">The bytes of the value.</param>
/// <param name="TimeMs">Its time, epoch milliseconds.</param>
/// <param name="Partition">Where it lay.</param>
/// <param name="Offset">Where it lay.</param>
/// <param name="Headers">Its headers.</param>
public sealed record SourceRecord(
    byte[]? Key,
    byte[]? Value,
    long TimeMs,
    int Partition,
    long Offset,
    ImmutableArray<RecordHeader> Headers);

/// <summary>A record that goes to a topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Key">The bytes of the key.</param>
/// <param name="Value">The bytes of the value.</param>
/// <param name="TimeMs">Its time, epoch milliseconds.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Partition">The partition it must go to; null: the one of its key.</param>
public sealed record SentRecord(
    string Topic,
    byte[]? Key,
    byte[]? Value,
    long TimeMs,
    ImmutableArray<RecordHeader> Headers,
    int? Partition = null);
