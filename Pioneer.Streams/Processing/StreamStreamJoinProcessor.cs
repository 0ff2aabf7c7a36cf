using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>What the two sides of a join of streams share.</summary>
/// <param name="node">The join.</param>
/// <param name="joiner">Makes rows of both sides.</param>
/// <param name="pending">Rows that wait for their window to pass; null where they do not wait.</param>
/// <param name="streamTime">The newest time seen on either side.</param>
/// <param name="oldestPending">The oldest time among the pending rows; there are none while it is the greatest.</param>
/// <param name="next">The step behind.</param>
internal sealed class StreamStreamJoin(
    StreamStreamJoinNode node, RowJoiner joiner, IPendingJoins? pending, TaskMark streamTime, TaskMark oldestPending, Processor next)
{
    private const long NoGraceGiven = 86_400_000;

    /// <summary>How long after its window a row may still come, in milliseconds.</summary>
    public long GraceMs { get; } = node.GraceMs ?? NoGraceGiven;

    /// <summary>The newest time seen on either side.</summary>
    public long StreamTimeMs => streamTime.Value;

    /// <summary>Rows that wait for their window to pass; null where they do not wait.</summary>
    public IPendingJoins? Pending => pending;

    /// <summary>Takes notice of the time of a row.</summary>
    public void Advance(long timeMs) => streamTime.Value = Math.Max(streamTime.Value, timeMs);

    /// <summary>Sends a joined row on.</summary>
    public void Send(in RowEvent e, RowKey? key, object?[]? left, object?[]? right, long timeMs) =>
        next.Process(e with { Key = key, Row = joiner.Join(left, right, key?.Cells ?? [null]), TimeMs = timeMs });

    /// <summary>Lets a row wait.</summary>
    public void Wait(RowKey key, long timeMs, bool isLeft, object?[] row)
    {
        oldestPending.Value = Math.Min(oldestPending.Value, timeMs);
        pending!.Add(key, timeMs, isLeft, row);
    }

    /// <summary>Sends on the rows that waited and can meet nothing any more.</summary>
    public void SendExpired(in RowEvent e, long afterMs)
    {
        if (pending is null || oldestPending.Value == long.MaxValue || oldestPending.Value + afterMs + GraceMs >= StreamTimeMs)
        {
            return;
        }

        oldestPending.Value = long.MaxValue;
        List<PendingRow> expired = [];
        var (leftOpen, rightOpen) = (false, false);
        foreach (var row in pending.All().TakeWhile(_ => !(leftOpen && rightOpen)))
        {
            if (row.TimeMs + (row.IsLeft ? node.AfterMs : node.BeforeMs) + GraceMs < StreamTimeMs)
            {
                expired.Add(row);
                continue;
            }

            // Rows come by time: later ones of the same side wait too.
            oldestPending.Value = Math.Min(oldestPending.Value, row.TimeMs);
            (leftOpen, rightOpen) = (leftOpen || row.IsLeft, rightOpen || !row.IsLeft);
        }

        foreach (var row in expired)
        {
            Send(e, row.Key, row.IsLeft ? row.Row : null, row.IsLeft ? null : row.Row, row.TimeMs);
        }

        foreach (var row in expired)
        {
            pending.Remove(row.Key, row.TimeMs, row.IsLeft);
        }
    }
}

/// <summary>One side of a join of streams: a row here meets those of the other side that are close enough in time.</summary>
internal sealed class StreamStreamJoinProcessor(
    StreamStreamJoin shared, StreamStreamJoinNode node, bool isLeft, IJoinBuffer own, IJoinBuffer other) : Processor
{
    private readonly bool _keepsOwn = node.JoinKind == JoinKind.Full || node.JoinKind == (isLeft ? JoinKind.Left : JoinKind.Right);
    private readonly long _beforeMs = isLeft ? node.BeforeMs : node.AfterMs;
    private readonly long _afterMs = isLeft ? node.AfterMs : node.BeforeMs;

    public override void Process(in RowEvent e)
    {
        if (e.Row is not { } row)
        {
            return;
        }

        TimeReach.Check(e.TimeMs, Math.Max(node.BeforeMs, node.AfterMs), shared.GraceMs);
        if (e.Key is not { IsEmpty: false } key)
        {
            SendKeyless(e);
            return;
        }

        own.Add(key, e.TimeMs, row);
        shared.Advance(e.TimeMs);
        if (e.TimeMs == shared.StreamTimeMs)
        {
            shared.SendExpired(e, _afterMs);
        }

        Join(e, key, row);
    }

    // A row without a key meets nothing; an outer join keeps it all the same.
    private void SendKeyless(in RowEvent e)
    {
        shared.Advance(e.TimeMs);
        if (_keepsOwn)
        {
            shared.Send(e, e.Key, isLeft ? e.Row : null, isLeft ? null : e.Row, e.TimeMs);
        }
    }

    private void Join(in RowEvent e, RowKey key, object?[] row)
    {
        var toMs = Math.Max(0, e.TimeMs + _afterMs);
        var matches = other.Between(key, Math.Max(0, e.TimeMs - _beforeMs), toMs);
        foreach (var match in matches)
        {
            shared.Pending?.Remove(key, match.TimeMs, !isLeft);
            shared.Send(e, key, isLeft ? row : match.Cells, isLeft ? match.Cells : row, Math.Max(e.TimeMs, match.TimeMs));
        }

        if (matches.Count > 0 || !_keepsOwn)
        {
            return;
        }

        if (shared.Pending is null || toMs < shared.StreamTimeMs)
        {
            shared.Send(e, key, isLeft ? row : null, isLeft ? null : row, e.TimeMs);
        }
        else
        {
            shared.Wait(key, e.TimeMs, isLeft, row);
        }
    }
}
