using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Rows by key and time in memory.</summary>
internal sealed class MemoryJoinBuffer(StoreSpec spec) : IJoinBuffer
{
    private static readonly Comparer<StoredRow> ByTime = Comparer<StoredRow>.Create((a, b) => a.TimeMs.CompareTo(b.TimeMs));
    private readonly Dictionary<RowKey, List<StoredRow>> _rows = [];
    private readonly PriorityQueue<RowKey, long> _expiry = new();
    private long _newest = long.MinValue;
    private long _sequence;

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    private long Oldest => spec.RetentionMs is { } retention && _newest > long.MinValue ? _newest - retention + 1 : long.MinValue;

    public void Add(RowKey key, long timeMs, object?[] row)
    {
        var stored = new StoredRow(row, timeMs);
        Insert(key, stored);
        Changed?.Invoke(new StoreChange(key, timeMs, _sequence++, stored));
    }

    public IReadOnlyList<StoredRow> Between(RowKey key, long fromMs, long toMs)
    {
        if (!_rows.TryGetValue(key, out var rows))
        {
            return [];
        }

        var from = Math.Max(fromMs, Oldest);
        var first = FirstNotBefore(rows, from);
        var count = 0;
        while (first + count < rows.Count && rows[first + count].TimeMs <= toMs)
        {
            count++;
        }

        return count == 0 ? [] : rows.GetRange(first, count);
    }

    public void Restore(StoreChange change)
    {
        _sequence = Math.Max(_sequence, change.Sequence + 1);
        Insert(change.Key, change.Row!);
    }

    private void Insert(RowKey key, StoredRow row)
    {
        _newest = Math.Max(_newest, row.TimeMs);
        if (row.TimeMs < Oldest)
        {
            return;
        }

        if (!_rows.TryGetValue(key, out var rows))
        {
            _rows[key] = rows = [];
        }

        rows.Insert(FirstNotBefore(rows, row.TimeMs + 1), row);
        _expiry.Enqueue(key, row.TimeMs);
        Expire();
    }

    private void Expire()
    {
        while (_expiry.TryPeek(out var key, out var time) && time < Oldest)
        {
            _expiry.Dequeue();
            if (_rows.TryGetValue(key, out var rows))
            {
                rows.RemoveRange(0, FirstNotBefore(rows, Oldest));
                if (rows.Count == 0)
                {
                    _rows.Remove(key);
                }
            }
        }
    }

    private static int FirstNotBefore(List<StoredRow> rows, long timeMs)
    {
        if (rows.Count == 0 || rows[^1].TimeMs < timeMs)
        {
            return rows.Count;
        }

        var at = rows.BinarySearch(new StoredRow([], timeMs), ByTime);
        at = at < 0 ? ~at : at;
        while (at > 0 && rows[at - 1].TimeMs >= timeMs)
        {
            at--;
        }

        return at;
    }
}
