using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>State of one task: one thread at a time.</summary>
public interface IStore
{
    /// <summary>What it is.</summary>
    StoreSpec Spec { get; }

    /// <summary>Called with each change once it is made; null for nobody.</summary>
    Action<StoreChange>? Changed { get; set; }

    /// <summary>Makes a change that was made before, without telling anybody.</summary>
    void Restore(StoreChange change);
}

/// <summary>One row a key.</summary>
public interface IRowStore : IStore
{
    /// <summary>The row of a key; null for none.</summary>
    StoredRow? Get(RowKey key);

    /// <summary>Sets the row of a key; null takes it away.</summary>
    void Put(RowKey key, StoredRow? row);
}

/// <summary>
/// One row a key and window, for as long as the window is kept: what is older than the newest start less the retention is gone.
/// </summary>
public interface IWindowStore : IStore
{
    /// <summary>The row of a key in the window that starts then; null for none.</summary>
    StoredRow? Get(RowKey key, long startMs);

    /// <summary>Sets the row of a key in a window.</summary>
    void Put(RowKey key, long startMs, StoredRow row);

    /// <summary>All rows of windows that start in a span, both ends included: by start, then by the bytes of the key.</summary>
    IReadOnlyList<(RowKey Key, long StartMs, StoredRow Row)> Between(long fromMs, long toMs);
}

/// <summary>One row a session. A key's <see cref="RowKey.Window"/> is its session.</summary>
public interface ISessionStore : IStore
{
    /// <summary>The sessions of a key that reach into a span, both ends included: by end, then by start.</summary>
    IReadOnlyList<(RowKey Session, StoredRow Row)> Find(RowKey key, long fromMs, long toMs);

    /// <summary>All sessions that end in a span, both ends included: by end, then start, then the bytes of the key.</summary>
    IReadOnlyList<(RowKey Session, StoredRow Row)> EndingBetween(long fromMs, long toMs);

    /// <summary>Sets the row of a session; null takes it away.</summary>
    void Put(RowKey session, StoredRow? row);
}

/// <summary>
/// Rows of one side of a join by key and time, for as long as they may meet others: what is older than the newest row less the retention
/// is gone.
/// </summary>
public interface IJoinBuffer : IStore
{
    /// <summary>Adds a row.</summary>
    void Add(RowKey key, long timeMs, object?[] row);

    /// <summary>The rows of a key in a span, both ends included, by time and then as they came.</summary>
    IReadOnlyList<StoredRow> Between(RowKey key, long fromMs, long toMs);
}

/// <summary>
/// Rows of both sides of a join that have met nothing so far, by time, then right before left, then by the bytes of the key, then as they
/// came.
/// </summary>
public interface IPendingJoins : IStore
{
    /// <summary>Adds a row.</summary>
    void Add(RowKey key, long timeMs, bool isLeft, object?[] row);

    /// <summary>Takes away all rows of a side with a key and a time.</summary>
    void Remove(RowKey key, long timeMs, bool isLeft);

    /// <summary>All rows in order.</summary>
    IEnumerable<PendingRow> All();
}

/// <summary>A row that has met nothing so far.</summary>
/// <param name="Key">Its key.</param>
/// <param name="TimeMs">Its time.</param>
/// <param name="IsLeft">Its side.</param>
/// <param name="Row">The row.</param>
public readonly record struct PendingRow(RowKey Key, long TimeMs, bool IsLeft, object?[] Row);

/// <summary>Which rows of a table refer to which key of another.</summary>
public interface ISubscriptionStore : IStore
{
    /// <summary>The references to a key, by the bytes of the primary key: that, and what was kept with it.</summary>
    IReadOnlyList<(RowKey Primary, StoredRow Row)> Find(RowKey foreign);

    /// <summary>Sets a reference; null takes it away.</summary>
    void Put(RowKey foreign, RowKey primary, StoredRow? row);
}

/// <summary>Opens the stores of a task.</summary>
public interface IStoreFactory
{
    /// <summary>Opens a store; its type is the interface of its <see cref="StoreSpec.Kind"/>.</summary>
    IStore Open(StoreSpec spec);
}
