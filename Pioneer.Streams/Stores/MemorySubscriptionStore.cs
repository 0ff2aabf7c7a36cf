using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>References by key in memory.</summary>
internal sealed class MemorySubscriptionStore(StoreSpec spec) : ISubscriptionStore
{
    private readonly Dictionary<RowKey, Dictionary<RowKey, StoredRow>> _rows = [];

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    // A key of the store is a foreign key followed by a primary key.
    private int ForeignCells => spec.KeyColumns.Length - spec.PrimaryColumns.Length;

    public IReadOnlyList<(RowKey Primary, StoredRow Row)> Find(RowKey foreign) => _rows.TryGetValue(foreign, out var references)
        ? [.. references.OrderBy(r => r.Key, new PrimaryOrder(spec)).Select(r => (r.Key, r.Value))]
        : [];

    public void Put(RowKey foreign, RowKey primary, StoredRow? row)
    {
        Set(foreign, primary, row);
        Changed?.Invoke(new StoreChange(new RowKey([.. foreign.Cells, .. primary.Cells]), 0, 0, row));
    }

    public void Restore(StoreChange change) => Set(
        new RowKey(change.Key.Cells[..ForeignCells]), new RowKey(change.Key.Cells[ForeignCells..]), change.Row);

    private void Set(RowKey foreign, RowKey primary, StoredRow? row)
    {
        if (!_rows.TryGetValue(foreign, out var references))
        {
            _rows[foreign] = references = [];
        }

        if (row is not null)
        {
            references[primary] = row;
        }
        else if (references.Remove(primary) && references.Count == 0)
        {
            _rows.Remove(foreign);
        }
    }

    private sealed class PrimaryOrder(StoreSpec spec) : IComparer<RowKey>
    {
        private readonly KeyCodec _codec = new(spec.Formats.Key, spec.PrimaryColumns, null);

        public int Compare(RowKey? x, RowKey? y) => _codec.Write(x).AsSpan().SequenceCompareTo(_codec.Write(y));
    }
}
