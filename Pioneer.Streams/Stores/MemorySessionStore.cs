using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>Sessions by key in memory.</summary>
internal sealed class MemorySessionStore(StoreSpec spec) : ISessionStore
{
    private readonly Dictionary<RowKey, List<(RowKey Session, StoredRow Row)>> _sessions = [];
    private readonly KeyOrder _order = new(spec);
    private long _newestEnd = long.MinValue;

    public StoreSpec Spec => spec;

    public Action<StoreChange>? Changed { get; set; }

    private long Oldest => spec.RetentionMs is { } retention && _newestEnd > long.MinValue ? _newestEnd - retention + 1 : long.MinValue;

    public IReadOnlyList<(RowKey Session, StoredRow Row)> Find(RowKey key, long fromMs, long toMs)
    {
        var from = Math.Max(fromMs, Oldest);
        if (!_sessions.TryGetValue(key, out var sessions))
        {
            return [];
        }

        var found = sessions.Where(s => End(s.Session) >= from && Start(s.Session) <= toMs);
        return [.. found.OrderBy(s => End(s.Session)).ThenBy(s => Start(s.Session))];
    }

    public IReadOnlyList<(RowKey Session, StoredRow Row)> EndingBetween(long fromMs, long toMs)
    {
        var from = Math.Max(fromMs, Oldest);
        return
        [
            .. _sessions.Values
                .SelectMany(s => s)
                .Where(s => End(s.Session) >= from && End(s.Session) <= toMs)
                .OrderBy(s => End(s.Session))
                .ThenBy(s => Start(s.Session))
                .ThenBy(s => s.Session, _order),
        ];
    }

    public void Put(RowKey session, StoredRow? row)
    {
        Set(session, row);
        Changed?.Invoke(new StoreChange(session, 0, 0, row));
    }

    public void Restore(StoreChange change) => Set(change.Key, change.Row);

    private void Set(RowKey session, StoredRow? row)
    {
        _newestEnd = Math.Max(_newestEnd, End(session));
        var key = new RowKey(session.Cells);
        if (!_sessions.TryGetValue(key, out var sessions))
        {
            _sessions[key] = sessions = [];
        }

        sessions.RemoveAll(s => s.Session.Equals(session) || End(s.Session) < Oldest);
        if (row is not null && End(session) >= Oldest)
        {
            sessions.Add((session, row));
        }

        if (sessions.Count == 0)
        {
            _sessions.Remove(key);
        }
    }

    private static long End(RowKey session) => session.Window!.Value.EndMs;

    private static long Start(RowKey session) => session.Window!.Value.StartMs;
}
