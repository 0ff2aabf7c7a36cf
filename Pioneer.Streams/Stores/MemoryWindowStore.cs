using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Rows by window and key in memory.</summary>
internal sealed class MemoryWindowStore(StoreSpec spec) : IWindowStore
{
    private readonly SortedList<long, Dictionary<RowKey, StoredRow>> _windows = [];
    private readonly KeyOrder _order = new(spec);
    private long _newestStart = long.MinValue;

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    // The oldest start that is still kept.
    private long Oldest => spec.RetentionMs is { } retention && _newestStart > long.MinValue ? _newestStart - retention + 1 : long.MinValue;

    public StoredRow? Get(RowKey key, long startMs) =>
        startMs >= Oldest && _windows.TryGetValue(startMs, out var rows) ? rows.GetValueOrDefault(key) : null;

    public void Put(RowKey key, long startMs, StoredRow row)
    {
        Set(key, startMs, row);
        Changed?.Invoke(new StoreChange(key, startMs, 0, row));
    }

    public IReadOnlyList<(RowKey Key, long StartMs, StoredRow Row)> Between(long fromMs, long toMs)
    {
        var from = Math.Max(fromMs, Oldest);
        return
        [
            .. _windows
                .Where(w => w.Key >= from && w.Key <= toMs)
                .SelectMany(w => w.Value.OrderBy(r => r.Key, _order).Select(r => (r.Key, w.Key, r.Value))),
        ];
    }

    public void Restore(StoreChange change) => Set(change.Key, change.AtMs, change.Row!);

    private void Set(RowKey key, long startMs, StoredRow row)
    {
        _newestStart = Math.Max(_newestStart, startMs);
        if (startMs < Oldest)
        {
            return;
        }

        if (!_windows.TryGetValue(startMs, out var rows))
        {
            _windows[startMs] = rows = [];
            while (_windows.Keys[0] < Oldest)
            {
                _windows.RemoveAt(0);
            }
        }

        rows[key] = row;
    }
}
