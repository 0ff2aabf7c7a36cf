using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>
/// A time that a step remembers beside a store, such as the newest that it has seen. A task that goes on elsewhere must get it back as it gets
/// back the store: else it would take late rows that the first one turned away.
/// </summary>
public sealed class TaskMark
{
    internal TaskMark(StoreSpec store, string name, long value) => (Store, Name, Value) = (store, name, value);

    /// <summary>The store that it belongs to.</summary>
    public StoreSpec Store { get; }

    /// <summary>Tells marks of one store apart.</summary>
    public string Name { get; }

    /// <summary>Epoch milliseconds; the least or the greatest value of its type until there is one.</summary>
    public long Value { get; set; }
}
