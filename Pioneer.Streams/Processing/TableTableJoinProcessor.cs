using Pioneer.Ksql.Syntax;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>One side of a join of two tables: a change here meets the row that the other side has now.</summary>
/// <param name="isLeft">Which side this is.</param>
/// <param name="kind">Which rows without a match are kept.</param>
/// <param name="other">The other side.</param>
/// <param name="joiner">Makes the rows.</param>
/// <param name="hasOld">Whether a later step asks for what was before.</param>
/// <param name="next">The step behind.</param>
internal sealed class TableTableJoinProcessor(bool isLeft, JoinKind kind, TableView other, RowJoiner joiner, bool hasOld, Processor next)
    : Processor
{
    private readonly bool _keepsOwn = kind == JoinKind.Full || kind == (isLeft ? JoinKind.Left : JoinKind.Right);
    private readonly bool _keepsOther = kind == JoinKind.Full || kind == (isLeft ? JoinKind.Right : JoinKind.Left);

    public override void Process(in RowEvent e)
    {
        if (e.Key is not { IsEmpty: false } key)
        {
            return;
        }

        var match = other.Get(key);
        if (match is null && (!_keepsOwn || (e.Row is null && e.Old is null)))
        {
            return;
        }

        next.Process(e with
        {
            Row = Joined(e.Row, match?.Cells, key),
            Old = hasOld ? Joined(e.Old, match?.Cells, key) : null,
            TimeMs = match is null ? e.TimeMs : Math.Max(e.TimeMs, match.TimeMs),
        });
    }

    private object?[]? Joined(object?[]? own, object?[]? match, RowKey key) =>
        (own is null && (match is null || !_keepsOther)) || (match is null && !_keepsOwn)
            ? null
            : isLeft ? joiner.Join(own, match, key.Cells) : joiner.Join(match, own, key.Cells);
}

/// <summary>A join of two tables as it is now.</summary>
internal sealed class JoinedView(TableView left, TableView right, JoinKind kind, RowJoiner joiner) : TableView
{
    public override StoredRow? Get(RowKey key)
    {
        var (l, r) = (left.Get(key), right.Get(key));
        var isThere = kind switch
        {
            JoinKind.Left => l is not null,
            JoinKind.Right => r is not null,
            JoinKind.Full => l is not null || r is not null,
            _ => l is not null && r is not null,
        };
        return isThere
            ? new StoredRow(joiner.Join(l?.Cells, r?.Cells, key.Cells), Math.Max(l?.TimeMs ?? long.MinValue, r?.TimeMs ?? long.MinValue))
            : null;
    }
}
