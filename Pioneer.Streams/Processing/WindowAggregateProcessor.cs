using Pioneer.Ksql.Planning;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>
/// Aggregates events by key and window of time. A window takes rows until the newest row seen is past its end by the grace period; it is
/// told of at each row, or once when it is over.
/// </summary>
/// <param name="store">The windows.</param>
/// <param name="aggregation">What is kept of them.</param>
/// <param name="window">What they are like.</param>
/// <param name="hasOld">Whether a later step asks for what was before.</param>
/// <param name="streamTime">The newest time that was seen.</param>
/// <param name="closed">Up to when it was told of, of those that are over.</param>
/// <param name="next">The step behind.</param>
internal sealed class WindowAggregateProcessor(
    IWindowStore store, Aggregation aggregation, WindowSpec window, bool hasOld, TaskMark streamTime, TaskMark closed, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key || e.Row is null)
        {
            return;
        }

        TimeReach.Check(e.TimeMs, window.SizeMs, window.AdvanceMs);
        streamTime.Value = Math.Max(streamTime.Value, e.TimeMs);
        var closeMs = streamTime.Value - window.GraceMs;
        var first = Math.Max(0, e.TimeMs - window.SizeMs + window.AdvanceMs) / window.AdvanceMs * window.AdvanceMs;
        for (var startMs = first; startMs <= e.TimeMs; startMs += window.AdvanceMs)
        {
            if (startMs + window.SizeMs > closeMs)
            {
                Add(e, key, startMs);
            }
        }

        if (window.EmitFinal)
        {
            // As in Kafka Streams only once the row is in: of windows that it leaves further behind than the store keeps nothing is told.
            EmitClosed(e, closeMs);
        }
    }

    private void Add(in RowEvent e, RowKey key, long startMs)
    {
        var row = e.Row!;
        var old = store.Get(key, startMs);
        var before = old?.Cells ?? aggregation.Initial();
        var state = Aggregating.Run(() => aggregation.Add(row, before));
        var timeMs = old is null ? e.TimeMs : Math.Max(e.TimeMs, old.TimeMs);
        store.Put(key, startMs, new StoredRow(state, timeMs));
        if (!window.EmitFinal)
        {
            var bounds = Bounds(startMs);
            next.Process(e with
            {
                Key = key.In(bounds),
                Row = aggregation.Result(state, bounds),
                Old = hasOld ? aggregation.Result(before, bounds) : null,
                TimeMs = timeMs,
            });
        }
    }

    private void EmitClosed(in RowEvent e, long closeMs)
    {
        var lastStartMs = closeMs - window.SizeMs;
        if (lastStartMs < 0 || closeMs <= closed.Value)
        {
            return;
        }

        var firstStartMs = closed.Value > long.MinValue ? closed.Value - window.SizeMs + 1 : 0;
        foreach (var (key, startMs, row) in store.Between(firstStartMs, lastStartMs))
        {
            var bounds = Bounds(startMs);
            next.Process(e with { Key = key.In(bounds), Row = aggregation.Result(row.Cells, bounds), Old = null, TimeMs = row.TimeMs });
        }

        closed.Value = closeMs;
    }

    private WindowBounds Bounds(long startMs) => new(startMs, startMs + window.SizeMs, IsSession: false);
}
