using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>A table as it is now.</summary>
internal abstract class TableView
{
    /// <summary>The row of a key; null for none.</summary>
    public abstract StoredRow? Get(RowKey key);
}

/// <summary>A table that is stored.</summary>
internal sealed class StoreView(IRowStore store) : TableView
{
    public override StoredRow? Get(RowKey key) => store.Get(key);
}

/// <summary>A table that is computed row by row of another.</summary>
internal sealed class MappedView(TableView input, Func<object?[]?, object?[]?> map) : TableView
{
    public override StoredRow? Get(RowKey key) =>
        input.Get(key) is { } row && map(row.Cells) is { } mapped ? new StoredRow(mapped, row.TimeMs) : null;
}
