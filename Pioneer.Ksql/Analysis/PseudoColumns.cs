using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>Columns that every source has without declaring them.</summary>
public static class PseudoColumns
{
    /// <summary>The record's timestamp, epoch ms.</summary>
    public const string RowTime = "ROWTIME";

    /// <summary>The record's partition.</summary>
    public const string RowPartition = "ROWPARTITION";

    /// <summary>The record's offset.</summary>
    public const string RowOffset = "ROWOFFSET";

    /// <summary>In the order in which they follow a source's own columns in a row.</summary>
    public static ImmutableArray<Column> OfSource { get; } =
    [
        new(RowTime, SqlType.Bigint, ColumnRole.Value),
        new(RowPartition, SqlType.Integer, ColumnRole.Value),
        new(RowOffset, SqlType.Bigint, ColumnRole.Value),
    ];

    /// <summary>Names that no column may have.</summary>
    public static ImmutableArray<string> Reserved { get; } = [RowTime, RowPartition, RowOffset, "WINDOWSTART", "WINDOWEND"];
}
