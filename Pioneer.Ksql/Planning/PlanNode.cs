using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>
/// A step of a query. Steps form a tree from the sources to the result; <see cref="BoundColumn.Index"/> in an expression of a step points
/// into the rows of its input.
/// </summary>
/// <param name="Name">What ksqlDB calls the step; names of internal topics and stores are made of it.</param>
/// <param name="Kind">Whether rows are events or replace each other by key.</param>
/// <param name="Schema">What its rows look like.</param>
public abstract record PlanNode(string Name, RelationKind Kind, PlanSchema Schema)
{
    /// <summary>The steps whose rows it takes.</summary>
    public abstract ImmutableArray<PlanNode> Inputs { get; }

    /// <summary>The sources below, left to right.</summary>
    public IEnumerable<ScanNode> Scans => this is ScanNode scan ? [scan] : Inputs.SelectMany(i => i.Scans);
}

/// <summary>Reads a stream or a table.</summary>
public sealed record ScanNode(string Name, AnalyzedSource Source, PlanSchema Schema) : PlanNode(Name, Source.Relation.Kind, Schema)
{
    /// <inheritdoc/>
    public override ImmutableArray<PlanNode> Inputs => [];
}

/// <summary>Lets rows through for which a condition holds; of a table, others are deletions.</summary>
public sealed record FilterNode(string Name, PlanNode Input, BoundExpression Condition) : PlanNode(Name, Input.Kind, Input.Schema)
{
    /// <inheritdoc/>
    public override ImmutableArray<PlanNode> Inputs => [Input];
}

/// <summary>A column that a step computes, and the expression as its author wrote it.</summary>
public sealed record PlanColumn(Column Column, BoundExpression Expression);

/// <summary>Computes other cells; the key stays but for <see cref="KeyFrom"/>, its columns may get other names.</summary>
/// <param name="Columns">The cells of the new rows.</param>
public sealed record ProjectNode(string Name, PlanNode Input, ImmutableArray<PlanColumn> Columns, PlanSchema Schema)
    : PlanNode(Name, Input.Kind, Schema)
{
    /// <inheritdoc/>
    public override ImmutableArray<PlanNode> Inputs => [Input];

    /// <summary>For each column of the key, which of the input's key it is.</summary>
    public required ImmutableArray<int> KeyFrom { get; init; }

    /// <summary>Everything that was selected, in that order, columns of the key included.</summary>
    public ImmutableArray<ProjectedColumn> Selected { get; init; } = [];
}

/// <summary>
/// Gives rows another key and brings rows of one key together. Keys that are no columns of the row are appended to it.
/// </summary>
/// <param name="Keys">The expressions of the new key; none for PARTITION BY NULL.</param>
/// <param name="Appended">For each expression, the cell that it is appended as, or -1.</param>
/// <param name="Formats">Of the records between the two.</param>
public sealed record RepartitionNode(
    string Name,
    PlanNode Input,
    ImmutableArray<BoundExpression> Keys,
    ImmutableArray<int> Appended,
    PlanSchema Schema,
    InternalFormats Formats) : PlanNode(Name, Input.Kind, Schema)
{
    /// <inheritdoc/>
    public override ImmutableArray<PlanNode> Inputs => [Input];
}

/// <summary>Makes rows of one row by table functions; their values are appended to the row.</summary>
/// <param name="Calls">The calls, in the order of their cells.</param>
public sealed record FlattenNode(string Name, PlanNode Input, ImmutableArray<TableCall> Calls, PlanSchema Schema)
    : PlanNode(Name, Input.Kind, Schema)
{
    /// <inheritdoc/>
    public override ImmutableArray<PlanNode> Inputs => [Input];
}

/// <summary>A call of a table function over the rows of the input.</summary>
public sealed record TableCall(TableFunction Function, ImmutableArray<BoundExpression> Arguments);

/// <summary>
/// Groups rows and aggregates them. A row of the result holds the required columns of the last row of its group, then the aggregates,
/// then the bounds of the window if there is one.
/// </summary>
/// <param name="Prepared">What is computed of each input row before it goes to its group: required columns, then arguments.</param>
/// <param name="GroupBy">The expressions of the group's key, over the input's rows.</param>
/// <param name="RequiredCount">How many of <paramref name="Prepared"/> are required columns.</param>
/// <param name="Calls">The aggregates, over prepared rows.</param>
/// <param name="Window">The windows; null without.</param>
/// <param name="NeedsRepartition">Whether rows of one group may be in different partitions.</param>
/// <param name="Formats">Of records that go to their group, and of the groups' changelog.</param>
public sealed record AggregateNode(
    string Name,
    PlanNode Input,
    ImmutableArray<PlanColumn> Prepared,
    ImmutableArray<BoundExpression> GroupBy,
    int RequiredCount,
    ImmutableArray<AggregateCall> Calls,
    WindowSpec? Window,
    bool NeedsRepartition,
    PlanSchema Schema,
    InternalFormats Formats) : PlanNode(Name, RelationKind.Table, Schema)
{
    /// <inheritdoc/>
    public override ImmutableArray<PlanNode> Inputs => [Input];
}

/// <summary>A call of an aggregate: the cells of its arguments in prepared rows.</summary>
public sealed record AggregateCall(AggregateFunction Function, AggregateBody Body, ImmutableArray<int> Arguments);

/// <summary>The windows of an aggregation. Times in milliseconds.</summary>
/// <param name="Kind">Tumbling, hopping or session.</param>
/// <param name="SizeMs">The length; of sessions the gap.</param>
/// <param name="AdvanceMs">From one window's start to the next; of tumbling windows their length.</param>
/// <param name="GraceMs">How long after its end a window takes late rows.</param>
/// <param name="RetentionMs">How long windows are kept; null for as long as late rows may come.</param>
/// <param name="EmitFinal">Rows come once, when their window is over.</param>
public sealed record WindowSpec(WindowKind Kind, long SizeMs, long AdvanceMs, long GraceMs, long? RetentionMs, bool EmitFinal)
{
    /// <summary>What keys carry of the windows.</summary>
    public WindowInfo Info => new(Kind, Kind == WindowKind.Session ? null : SizeMs);
}

/// <summary>
/// Two inputs joined on their keys. A row of the result holds the cells of both, then the key if it is a column of neither.
/// </summary>
/// <param name="JoinKind">Which rows without a match are kept.</param>
public abstract record JoinNode(string Name, RelationKind Kind, JoinKind JoinKind, PlanNode Left, PlanNode Right, PlanSchema Schema)
    : PlanNode(Name, Kind, Schema)
{
    /// <inheritdoc/>
    public sealed override ImmutableArray<PlanNode> Inputs => [Left, Right];

    /// <summary>Whether the key is no column of either side and is appended to the rows.</summary>
    public bool HasSyntheticKey { get; init; }

    /// <summary>Columns that equal the key, as written: one of them must be selected where the result is kept.</summary>
    public ImmutableArray<ColumnReference> KeyColumns { get; init; } = [];
}

/// <summary>Two streams, rows of which meet when their times are close enough.</summary>
/// <param name="BeforeMs">How much earlier than the left row the right one may be.</param>
/// <param name="AfterMs">How much later.</param>
/// <param name="GraceMs">How late rows may come; null where no GRACE PERIOD was given: rows without a match are emitted at once.</param>
/// <param name="LeftFormats">Of the records that wait on the left side.</param>
/// <param name="RightFormats">Of the records that wait on the right side.</param>
public sealed record StreamStreamJoinNode(
    string Name,
    JoinKind JoinKind,
    PlanNode Left,
    PlanNode Right,
    long BeforeMs,
    long AfterMs,
    long? GraceMs,
    PlanSchema Schema,
    InternalFormats LeftFormats,
    InternalFormats RightFormats) : JoinNode(Name, RelationKind.Stream, JoinKind, Left, Right, Schema);

/// <summary>Rows of a stream, each with the row that a table has for its key.</summary>
public sealed record StreamTableJoinNode(string Name, JoinKind JoinKind, PlanNode Left, PlanNode Right, PlanSchema Schema)
    : JoinNode(Name, RelationKind.Stream, JoinKind, Left, Right, Schema);

/// <summary>Two tables on their keys.</summary>
public sealed record TableTableJoinNode(string Name, JoinKind JoinKind, PlanNode Left, PlanNode Right, PlanSchema Schema)
    : JoinNode(Name, RelationKind.Table, JoinKind, Left, Right, Schema);

/// <summary>Rows of a table, each with the row of another table whose key an expression over the left row gives.</summary>
/// <param name="ForeignKey">The expression, over the left rows.</param>
/// <param name="Formats">Of the records that go between the two.</param>
public sealed record ForeignKeyJoinNode(
    string Name,
    JoinKind JoinKind,
    PlanNode Left,
    PlanNode Right,
    BoundExpression ForeignKey,
    PlanSchema Schema,
    InternalFormats Formats) : JoinNode(Name, RelationKind.Table, JoinKind, Left, Right, Schema);

/// <summary>How a step stores rows, and sends them to itself.</summary>
public sealed record InternalFormats(FormatSpec Key, FormatSpec Value);
