using System.Collections.Immutable;
using Pioneer.Ksql.Planning;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>
/// Aggregates events by key and session. A row joins all sessions that it is close enough to into one; those it replaces are deleted. The
/// time of a result is the end of its session.
/// </summary>
/// <param name="store">The sessions.</param>
/// <param name="aggregation">What is kept of them.</param>
/// <param name="window">What they are like.</param>
/// <param name="hasOld">Whether a later step asks for what was before.</param>
/// <param name="streamTime">The newest time that was seen.</param>
/// <param name="closed">Up to when it was told of, of those that are over.</param>
/// <param name="next">The step behind.</param>
internal sealed class SessionAggregateProcessor(
    ISessionStore store, Aggregation aggregation, WindowSpec window, bool hasOld, TaskMark streamTime, TaskMark closed, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key || e.Row is not { } row)
        {
            return;
        }

        TimeReach.Check(e.TimeMs, window.SizeMs);
        streamTime.Value = Math.Max(streamTime.Value, e.TimeMs);
        var closeMs = streamTime.Value - window.GraceMs - window.SizeMs;
        if (window.EmitFinal)
        {
            // Before the row goes in: what it closes may be too old for the store when it is.
            EmitClosed(e, closeMs);
        }

        var merged = store.Find(key, e.TimeMs - window.SizeMs, e.TimeMs + window.SizeMs);
        var bounds = new WindowBounds(
            merged.Select(m => m.Session.Window!.Value.StartMs).Append(e.TimeMs).Min(),
            merged.Select(m => m.Session.Window!.Value.EndMs).Append(e.TimeMs).Max(),
            IsSession: true);
        if (bounds.EndMs >= closeMs)
        {
            Replace(key, row, merged, bounds, bounds == new WindowBounds(e.TimeMs, e.TimeMs, IsSession: true));
        }
    }

    private void Replace(
        RowKey key, object?[] row, IReadOnlyList<(RowKey Session, StoredRow Row)> merged, WindowBounds bounds, bool isOwn)
    {
        var before = Aggregating.Run(() =>
            merged.Aggregate(aggregation.Initial(), (state, session) => aggregation.Merge(state, session.Row.Cells)));
        foreach (var (session, old) in isOwn ? [] : merged)
        {
            store.Put(session, null);
            Forward(session, null, old.Cells);
        }

        var state = Aggregating.Run(() => aggregation.Add(row, before));
        var own = key.In(bounds);
        store.Put(own, new StoredRow(state, bounds.EndMs));
        Forward(own, state, null);
    }

    // A session is not told of by the record that made it: headers do not travel.
    private void Forward(RowKey session, object?[]? state, object?[]? old)
    {
        if (!window.EmitFinal)
        {
            var bounds = session.Window!.Value;
            next.Process(new RowEvent(session, aggregation.Result(state, bounds), bounds.EndMs, ImmutableArray<RecordHeader>.Empty)
            {
                Old = hasOld ? aggregation.Result(old, bounds) : null,
            });
        }
    }

    private void EmitClosed(in RowEvent e, long closeMs)
    {
        if (closeMs - 1 < 0 || closeMs <= closed.Value)
        {
            return;
        }

        foreach (var (session, row) in store.EndingBetween(Math.Max(0, closed.Value), closeMs - 1))
        {
            var bounds = session.Window!.Value;
            next.Process(e with { Key = session, Row = aggregation.Result(row.Cells, bounds), Old = null, TimeMs = bounds.EndMs });
        }

        closed.Value = closeMs;
    }
}
