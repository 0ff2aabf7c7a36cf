namespace Pioneer.Streams.Stores;

/// <summary>Stores in memory: gone with the task, to be restored from their changelogs.</summary>
public sealed class MemoryStores : IStoreFactory
{
    /// <inheritdoc/>
    public IStore Open(StoreSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Kind switch
        {
            StoreKind.Rows => new MemoryRowStore(spec),
            StoreKind.Windows => new MemoryWindowStore(spec),
            StoreKind.Sessions => new MemorySessionStore(spec),
            StoreKind.JoinBuffer => new MemoryJoinBuffer(spec),
            StoreKind.PendingJoins => new MemoryPendingJoins(spec),
            _ => new MemorySubscriptionStore(spec),
        };
    }
}
