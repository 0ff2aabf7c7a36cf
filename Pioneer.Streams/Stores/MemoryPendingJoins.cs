using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Rows that have met nothing so far, in memory.</summary>
internal sealed class MemoryPendingJoins(StoreSpec spec) : IPendingJoins
{
    private readonly SortedDictionary<Place, List<object?[]>> _rows = new(new Order(new KeyOrder(spec)));
    private long _sequence;

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    public void Add(RowKey key, long timeMs, bool isLeft, object?[] row)
    {
        Insert(new Place(timeMs, isLeft, key), row);
        Changed?.Invoke(new StoreChange(key, timeMs, Sequence(isLeft), new StoredRow(row, timeMs)));
    }

    public void Remove(RowKey key, long timeMs, bool isLeft)
    {
        if (_rows.Remove(new Place(timeMs, isLeft, key)))
        {
            Changed?.Invoke(new StoreChange(key, timeMs, isLeft ? 1 : 0, null));
        }
    }

    public IEnumerable<PendingRow> All() =>
        _rows.SelectMany(p => p.Value.Select(row => new PendingRow(p.Key.Key, p.Key.TimeMs, p.Key.IsLeft, row)));

    public void Restore(StoreChange change)
    {
        var place = new Place(change.AtMs, (change.Sequence & 1) == 1, change.Key);
        if (change.Row is { } row)
        {
            _sequence = Math.Max(_sequence, (change.Sequence >> 1) + 1);
            Insert(place, row.Cells);
        }
        else
        {
            _rows.Remove(place);
        }
    }

    private long Sequence(bool isLeft) => (_sequence++ << 1) | (isLeft ? 1L : 0L);

    private void Insert(Place place, object?[] row)
    {
        if (!_rows.TryGetValue(place, out var rows))
        {
            _rows[place] = rows = [];
        }

        rows.Add(row);
    }

    private readonly record struct Place(long TimeMs, bool IsLeft, RowKey Key);

    private sealed class Order(KeyOrder keys) : IComparer<Place>
    {
        public int Compare(Place x, Place y) => (x.TimeMs, x.IsLeft).CompareTo((y.TimeMs, y.IsLeft)) is var order and not 0
            ? order
            : keys.Compare(x.Key, y.Key);
    }
}
