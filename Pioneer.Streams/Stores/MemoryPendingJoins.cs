using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Rows that have met nothing so far, in memory.</summary>
internal sealed class MemoryPendingJoins(StoreSpec spec) : IPendingJoins
{
    private readonly SortedDictionary<Place, List<Waiting>> _rows = new(new Order(new KeyOrder(spec)));
    private long _sequence;

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    public void Add(RowKey key, long timeMs, bool isLeft, object?[] row)
    {
        var sequence = Sequence(isLeft);
        Insert(new Place(timeMs, isLeft, key), new Waiting(sequence, row));
        Changed?.Invoke(new StoreChange(key, timeMs, sequence, new StoredRow(row, timeMs)));
    }

    public void Remove(RowKey key, long timeMs, bool isLeft)
    {
        // A change an entry: each of them must go from the changelog.
        if (_rows.Remove(new Place(timeMs, isLeft, key), out var gone))
        {
            gone.ForEach(row => Changed?.Invoke(new StoreChange(key, timeMs, row.Sequence, null)));
        }
    }

    public IEnumerable<PendingRow> All() =>
        _rows.SelectMany(p => p.Value.Select(row => new PendingRow(p.Key.Key, p.Key.TimeMs, p.Key.IsLeft, row.Cells)));

    public void Restore(StoreChange change)
    {
        var place = new Place(change.AtMs, (change.Sequence & 1) == 1, change.Key);
        _sequence = Math.Max(_sequence, (change.Sequence >> 1) + 1);
        if (change.Row is { } row)
        {
            Insert(place, new Waiting(change.Sequence, row.Cells));
        }
        else if (_rows.TryGetValue(place, out var rows) && rows.RemoveAll(r => r.Sequence == change.Sequence) > 0 && rows.Count == 0)
        {
            _rows.Remove(place);
        }
    }

    private long Sequence(bool isLeft) => (_sequence++ << 1) | (isLeft ? 1L : 0L);

    private void Insert(Place place, Waiting row)
    {
        if (!_rows.TryGetValue(place, out var rows))
        {
            _rows[place] = rows = [];
        }

        rows.Add(row);
    }

    private readonly record struct Waiting(long Sequence, object?[] Cells);

    private readonly record struct Place(long TimeMs, bool IsLeft, RowKey Key);

    private sealed class Order(KeyOrder keys) : IComparer<Place>
    {
        public int Compare(Place x, Place y) => (x.TimeMs, x.IsLeft).CompareTo((y.TimeMs, y.IsLeft)) is var order and not 0
            ? order
            : keys.Compare(x.Key, y.Key);
    }
}
