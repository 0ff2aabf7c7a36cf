using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Types;

namespace Pioneer.Streams.Stores;

/// <summary>Kinds of stores.</summary>
public enum StoreKind
{
    /// <summary>One row a key.</summary>
    Rows,

    /// <summary>One row a key and window of time.</summary>
    Windows,

    /// <summary>One row a session of a key.</summary>
    Sessions,

    /// <summary>Any number of rows a key, by time: one side of a join of streams.</summary>
    JoinBuffer,

    /// <summary>Rows of both sides of a join of streams that have met nothing so far.</summary>
    PendingJoins,

    /// <summary>Which rows of a table refer to which key of another.</summary>
    Subscriptions,
}

/// <summary>A store that a query keeps.</summary>
/// <param name="Name">Its name, as ksqlDB names it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="KeyColumns">What its keys are made of.</param>
/// <param name="Columns">The cells of its rows.</param>
/// <param name="Formats">How keys and rows are written to its changelog.</param>
public sealed record StoreSpec(
    string Name,
    StoreKind Kind,
    ImmutableArray<Column> KeyColumns,
    ImmutableArray<Column> Columns,
    InternalFormats Formats)
{
    /// <summary>The windows in the keys that come in (not those that the store itself makes); null without.</summary>
    public WindowInfo? KeyWindow { get; init; }

    /// <summary>How long what is over is kept, in milliseconds of stream time; null for good.</summary>
    public long? RetentionMs { get; init; }

    /// <summary>The cells of rows of the right side, of pending joins: <see cref="Columns"/> are those of the left.</summary>
    public ImmutableArray<Column> RightColumns { get; init; } = [];

    /// <summary>
    /// The last of <see cref="KeyColumns"/>, of subscriptions: the key of the row that refers; before it stands what it refers to.
    /// </summary>
    public ImmutableArray<Column> PrimaryColumns { get; init; } = [];

    /// <summary>The topic that holds all changes of the store, without the prefix of the query.</summary>
    public string Changelog => $"{Name}-changelog";
}
