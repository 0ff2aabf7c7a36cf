using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Rows by key in memory.</summary>
internal sealed class MemoryRowStore(StoreSpec spec) : IRowStore
{
    private readonly Dictionary<RowKey, StoredRow> _rows = [];

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    public StoredRow? Get(RowKey key) => _rows.GetValueOrDefault(key);

    public void Put(RowKey key, StoredRow? row)
    {
        Set(key, row);
        Changed?.Invoke(new StoreChange(key, 0, 0, row));
    }

    public void Restore(StoreChange change) => Set(change.Key, change.Row);

    private void Set(RowKey key, StoredRow? row)
    {
        if (row is null)
        {
            _rows.Remove(key);
        }
        else
        {
            _rows[key] = row;
        }
    }
}
