using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Stores;

/// <summary>A change of one entry of a store.</summary>
/// <param name="Key">The key of the entry; of sessions with the session.</param>
/// <param name="AtMs">The start of its window, or its time; 0 where neither tells entries apart.</param>
/// <param name="Sequence">Tells entries of one key and time apart; of pending rows also the side (<see cref="IPendingJoins"/>).</param>
/// <param name="Row">What it is now; null for nothing.</param>
public readonly record struct StoreChange(RowKey Key, long AtMs, long Sequence, StoredRow? Row);
