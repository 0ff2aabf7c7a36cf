using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Sessions by key and by end, in memory.</summary>
internal sealed class MemorySessionStore(StoreSpec spec) : ISessionStore
{
    private readonly Dictionary<RowKey, StoredRow> _rows = [];
    private readonly Dictionary<RowKey, List<RowKey>> _ofKey = [];
    private readonly Dictionary<long, HashSet<RowKey>> _ending = [];
    private readonly SortedSet<long> _ends = [];
    private readonly KeyOrder _order = new(spec);
    private long _newestEnd = long.MinValue;

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    private long Oldest => spec.RetentionMs is { } retention && _newestEnd > long.MinValue ? _newestEnd - retention + 1 : long.MinValue;

    public IReadOnlyList<(RowKey Session, StoredRow Row)> Find(RowKey key, long fromMs, long toMs)
    {
        if (!_ofKey.TryGetValue(key, out var sessions))
        {
            return [];
        }

        var found = sessions.Where(s => End(s) >= fromMs && Start(s) <= toMs);
        return [.. found.OrderBy(End).ThenBy(Start).Select(s => (s, _rows[s]))];
    }

    public IReadOnlyList<(RowKey Session, StoredRow Row)> EndingBetween(long fromMs, long toMs) => fromMs > toMs
        ? []
        :
        [
            .. _ends.GetViewBetween(fromMs, toMs)
                .SelectMany(end => _ending[end].OrderBy(Start).ThenBy(s => s, _order))
                .Select(s => (s, _rows[s])),
        ];

    public void Put(RowKey session, StoredRow? row)
    {
        Set(session, row);
        Changed?.Invoke(new StoreChange(session, 0, 0, row));
    }

    public void Restore(StoreChange change) => Set(change.Key, change.Row);

    private void Set(RowKey session, StoredRow? row)
    {
        _newestEnd = Math.Max(_newestEnd, End(session));
        if (row is null)
        {
            Remove(session);
        }
        else if (End(session) >= Oldest)
        {
            Add(session, row);
        }

        // Of all keys: many never come again.
        while (_ends.Count > 0 && _ends.Min < Oldest)
        {
            foreach (var over in _ending[_ends.Min].ToArray())
            {
                Remove(over);
            }
        }
    }

    private void Add(RowKey session, StoredRow row)
    {
        if (!_rows.TryAdd(session, row))
        {
            _rows[session] = row;
            return;
        }

        var key = KeyOf(session);
        if (!_ofKey.TryGetValue(key, out var sessions))
        {
            _ofKey[key] = sessions = [];
        }

        sessions.Add(session);
        if (_ends.Add(End(session)))
        {
            _ending[End(session)] = [];
        }

        _ending[End(session)].Add(session);
    }

    private void Remove(RowKey session)
    {
        if (!_rows.Remove(session))
        {
            return;
        }

        var (key, end) = (KeyOf(session), End(session));
        _ofKey[key].Remove(session);
        if (_ofKey[key].Count == 0)
        {
            _ofKey.Remove(key);
        }

        _ending[end].Remove(session);
        if (_ending[end].Count == 0)
        {
            _ending.Remove(end);
            _ends.Remove(end);
        }
    }

    private static RowKey KeyOf(RowKey session) => new(session.Cells);

    private static long End(RowKey session) => session.Window!.Value.EndMs;

    private static long Start(RowKey session) => session.Window!.Value.StartMs;
}
