using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>
/// Keeps the newest row of each key, as it comes: a late row replaces what is there. Changes carry what was before where a later step
/// asks for it.
/// </summary>
internal sealed class TableStoreProcessor(IRowStore store, bool hasOld, string step, IProcessingLog log, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key)
        {
            log.Failed(step, "Skipping record due to null key.");
            return;
        }

        var old = hasOld ? store.Get(key) : null;
        store.Put(key, e.Row is null ? null : new StoredRow(e.Row, e.TimeMs));
        next.Process(e with { Old = old?.Cells });
    }
}
