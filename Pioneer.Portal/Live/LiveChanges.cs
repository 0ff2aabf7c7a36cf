using System.Collections.Concurrent;

namespace Pioneer.Portal.Live;

/// <summary>Tells open pages that rows changed. One per process; pages reload through their own query, so that a notice carries no data.</summary>
public sealed class LiveChanges
{
    private readonly ConcurrentDictionary<long, (LiveTopic Topics, Action<LiveTopic> Handler)> _listeners = new();
    private long _lastId;

    /// <summary>True while a page is open somewhere; nothing is looked up otherwise.</summary>
    public bool HasListeners => !_listeners.IsEmpty;

    /// <summary>Calls <paramref name="handler"/> on a pool thread for each change of the topics, until disposed. It must not block.</summary>
    public IDisposable Subscribe(LiveTopic topics, Action<LiveTopic> handler)
    {
        var id = Interlocked.Increment(ref _lastId);
        _listeners[id] = (topics, handler);
        return new Subscription(() => _listeners.TryRemove(id, out _));
    }

    public void Publish(LiveTopic changed)
    {
        foreach (var (topics, handler) in _listeners.Values)
        {
            if ((topics & changed) != LiveTopic.None)
            {
                handler(changed & topics);
            }
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
