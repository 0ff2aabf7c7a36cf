using System.Collections.Concurrent;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>Queries that clients have open, by id. Safe for concurrent use.</summary>
internal sealed class PushQueryRegistry
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);

    /// <summary>How many are open.</summary>
    public int Count => _open.Count;

    /// <summary>Registers a query; disposing the result takes it out.</summary>
    public IDisposable Add(string id, CancellationTokenSource stop)
    {
        _open[id] = stop;
        return new Registration(this, id);
    }

    /// <summary>Ends a query; false when there is none of that id.</summary>
    public bool Close(string id)
    {
        if (!_open.TryRemove(id, out var stop))
        {
            return false;
        }

        stop.Cancel();
        return true;
    }

    /// <summary>Ends all.</summary>
    public void CloseAll()
    {
        foreach (var id in _open.Keys)
        {
            Close(id);
        }
    }

    private sealed class Registration(PushQueryRegistry registry, string id) : IDisposable
    {
        public void Dispose() => registry._open.TryRemove(id, out _);
    }
}
