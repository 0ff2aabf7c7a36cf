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

    /// <summary>Where the window begins, epoch ms; only with windows.</summary>
    public const string WindowStart = "WINDOWSTART";

    /// <summary>Where the window ends, epoch ms; only with windows.</summary>
    public const string WindowEnd = "WINDOWEND";

    /// <summary>In the order in which they follow a source's own columns in a row.</summary>
    public static ImmutableArray<Column> OfSource { get; } =
    [
        new(RowTime, SqlType.Bigint, ColumnRole.Value),
        new(RowPartition, SqlType.Integer, ColumnRole.Value),
        new(RowOffset, SqlType.Bigint, ColumnRole.Value),
    ];

    /// <summary>Those of a windowed source or a windowed aggregation, behind <see cref="OfSource"/>.</summary>
    public static ImmutableArray<Column> OfWindow { get; } =
    [
        new(WindowStart, SqlType.Bigint, ColumnRole.Value),
        new(WindowEnd, SqlType.Bigint, ColumnRole.Value),
    ];

    /// <summary>Names that no column may have.</summary>
    public static ImmutableArray<string> Reserved { get; } = [RowTime, RowPartition, RowOffset, WindowStart, WindowEnd];

    /// <summary>Whether it is one that every source has.</summary>
    public static bool IsPseudo(string name) => name is RowTime or RowPartition or RowOffset;

    /// <summary>Whether it is one that only windows give.</summary>
    public static bool IsWindowBound(string name) => name is WindowStart or WindowEnd;
}
