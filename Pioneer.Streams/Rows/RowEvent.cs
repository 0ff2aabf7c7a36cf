using System.Collections.Immutable;

namespace Pioneer.Streams.Rows;

/// <summary>What goes from step to step: an event of a stream, or a change of a table.</summary>
/// <param name="Key">The key; null where the record had none.</param>
/// <param name="Row">The row; null for a deletion, or for a record without a value.</param>
/// <param name="TimeMs">The time, epoch milliseconds.</param>
/// <param name="Headers">The headers of the record that led to it.</param>
internal readonly record struct RowEvent(RowKey? Key, object?[]? Row, long TimeMs, ImmutableArray<RecordHeader> Headers)
{
    /// <summary>What the row replaces; only of tables, and only where a later step asks for it.</summary>
    public object?[]? Old { get; init; }
}
