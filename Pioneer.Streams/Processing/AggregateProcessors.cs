using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>Aggregates events of a stream by key. The time of a result is that of the newest row in it.</summary>
internal sealed class StreamAggregateProcessor(IRowStore store, Aggregation aggregation, bool hasOld, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key || e.Row is not { } row)
        {
            return;
        }

        var old = store.Get(key);
        var before = old?.Cells ?? aggregation.Initial();
        var state = Aggregating.Run(() => aggregation.Add(row, before));
        var timeMs = old is null ? e.TimeMs : Math.Max(e.TimeMs, old.TimeMs);
        store.Put(key, new StoredRow(state, timeMs));
        next.Process(e with { Row = aggregation.Result(state), Old = hasOld ? aggregation.Result(before) : null, TimeMs = timeMs });
    }
}

/// <summary>Aggregates the rows of a table by key: what a change replaces is taken out, then what is new is added.</summary>
internal sealed class TableAggregateProcessor(IRowStore store, Aggregation aggregation, bool hasOld, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key)
        {
            return;
        }

        var change = e;
        var old = store.Get(key);
        var state = Aggregating.Run(() => Apply(change.Row, change.Old, old?.Cells));
        var timeMs = old is null ? e.TimeMs : Math.Max(e.TimeMs, old.TimeMs);
        store.Put(key, state is null ? null : new StoredRow(state, timeMs));
        next.Process(e with { Row = aggregation.Result(state), Old = hasOld ? aggregation.Result(old?.Cells) : null, TimeMs = timeMs });
    }

    private object?[]? Apply(object?[]? row, object?[]? old, object?[]? state)
    {
        var without = old is not null && state is not null ? aggregation.Undo(old, state) : state;
        return row is null ? without : aggregation.Add(row, without ?? aggregation.Initial());
    }
}

/// <summary>What an aggregate that fails does: the query stops.</summary>
internal static class Aggregating
{
    public static T Run<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new StreamTaskException($"Exception caught in process. {e.Message}", e);
        }
    }
}
