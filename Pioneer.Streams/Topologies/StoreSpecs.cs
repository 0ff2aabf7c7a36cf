using System.Collections.Immutable;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Topologies;

/// <summary>The stores that steps keep.</summary>
internal static class StoreSpecs
{
    private const long DayMs = 86_400_000;

    /// <summary>The rows of a table that is read.</summary>
    public static StoreSpec Table(ScanNode scan)
    {
        var relation = scan.Source.Relation;
        return new StoreSpec(
            InternalNames.Table(scan),
            StoreKind.Rows,
            scan.Schema.Keys,
            scan.Schema.Columns,
            Formats(relation.KeyFormat, relation.ValueFormat, scan.Schema.Columns)) { KeyWindow = relation.Window };
    }

    /// <summary>The rows of a table that got another key.</summary>
    public static StoreSpec Table(RepartitionNode node) => new(
        InternalNames.Table(node),
        StoreKind.Rows,
        node.Schema.Keys,
        node.Schema.Columns,
        Formats(node.Formats.Key, node.Formats.Value, node.Schema.Columns));

    /// <summary>The states of groups.</summary>
    public static StoreSpec Groups(AggregateNode node)
    {
        ImmutableArray<Column> columns =
        [
            .. node.Prepared.Take(node.RequiredCount).Select(p => p.Column),
            .. node.Calls.Select((c, i) => new Column($"KSQL_AGG_VARIABLE_{i}", c.Body.State, ColumnRole.Value)),
        ];
        var kind = node.Window?.Kind switch
        {
            null => StoreKind.Rows,
            Ksql.Analysis.WindowKind.Session => StoreKind.Sessions,
            _ => StoreKind.Windows,
        };
        return new StoreSpec(
            InternalNames.Groups(node), kind, node.Schema.Keys, columns, Formats(node.Formats.Key, node.Formats.Value, columns))
        {
            RetentionMs = Retention(node.Window),
            KeyWindow = kind == StoreKind.Sessions ? node.Window!.Info : null,
        };
    }

    /// <summary>The rows of a side of a join of streams.</summary>
    public static StoreSpec Buffer(StreamStreamJoinNode join, bool isLeft)
    {
        var side = isLeft ? join.Left : join.Right;
        var formats = isLeft ? join.LeftFormats : join.RightFormats;
        return new StoreSpec(
            InternalNames.Buffer(join, isLeft),
            StoreKind.JoinBuffer,
            join.Schema.Keys,
            side.Schema.Columns,
            Formats(formats.Key, formats.Value, side.Schema.Columns))
        {
            RetentionMs = join.BeforeMs + join.AfterMs + (join.GraceMs ?? DayMs),
            KeyWindow = side.Scans.First().Source.Relation.Window,
        };
    }

    /// <summary>The rows of a join of streams that wait.</summary>
    public static StoreSpec Pending(StreamStreamJoinNode join) => new(
        InternalNames.Pending(join),
        StoreKind.PendingJoins,
        join.Schema.Keys,
        join.Left.Schema.Columns,
        Formats(join.LeftFormats.Key, join.LeftFormats.Value, [.. join.Left.Schema.Columns, .. join.Right.Schema.Columns]))
    {
        RightColumns = join.Right.Schema.Columns,
        KeyWindow = join.Left.Scans.First().Source.Relation.Window,
    };

    /// <summary>The result of a foreign key join.</summary>
    public static StoreSpec Joined(ForeignKeyJoinNode join) => new(
        InternalNames.Result(join),
        StoreKind.Rows,
        join.Schema.Keys,
        join.Schema.Columns,
        Formats(join.Formats.Key, join.Formats.Value, join.Schema.Columns));

    /// <summary>The references of a foreign key join.</summary>
    public static StoreSpec References(ForeignKeyJoinNode join)
    {
        ImmutableArray<Column> columns =
        [
            new("VERSION", SqlType.Bytes, ColumnRole.Value),
            new("PARTITION", SqlType.Integer, ColumnRole.Value),
        ];
        return new StoreSpec(
            InternalNames.ReferenceStore(join),
            StoreKind.Subscriptions,
            [.. join.Right.Schema.Keys, .. join.Schema.Keys],
            columns,
            new InternalFormats(FormatSpec.JsonKey, FormatSpec.Json)) { PrimaryColumns = join.Schema.Keys };
    }

    /// <summary>
    /// The format of rows inside a query: theirs, single columns always in an object, and JSON where theirs can't carry them.
    /// </summary>
    public static FormatSpec Inner(FormatSpec format, IReadOnlyList<Column> columns) => format.Kind switch
    {
        FormatKind.Delimited when !columns.Any(c => c.Type is SqlArray or SqlMap or SqlStruct) => format,
        _ => FormatSpec.Json,
    };

    private static InternalFormats Formats(FormatSpec key, FormatSpec value, IReadOnlyList<Column> columns) =>
        new(key, Inner(value, columns));

    // As long as late rows may come, or as long as was asked for.
    private static long? Retention(WindowSpec? window) => window is null
        ? null
        : Math.Max(window.RetentionMs ?? 0, window.SizeMs + window.GraceMs + 1);
}
