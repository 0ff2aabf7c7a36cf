using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Gives events another key; keys that are no columns of the row are appended to it.</summary>
/// <param name="keys">The new key; none for no key.</param>
/// <param name="appended">For each, whether it is appended to the row.</param>
/// <param name="keyAt">Where rows have the cells of the key as it comes.</param>
/// <param name="cellCount">How many cells rows have as they come.</param>
/// <param name="next">The step behind.</param>
internal sealed class RekeyProcessor(RowExpression[] keys, bool[] appended, int[] keyAt, int cellCount, Processor next) : Processor
{
    private readonly int _appendedCount = appended.Count(a => a);

    public override void Process(in RowEvent e)
    {
        var row = e.Row ?? OfKey(e.Key);
        var cells = new object?[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            cells[i] = keys[i].Evaluate(row);
        }

        next.Process(e with { Key = keys.Length == 0 ? null : new RowKey(cells), Row = Append(e.Row, cells) });
    }

    // A record without a value still has its key.
    private object?[] OfKey(RowKey? key)
    {
        var row = new object?[cellCount];
        for (var i = 0; i < keyAt.Length; i++)
        {
            row[keyAt[i]] = key?.Cells[i];
        }

        return row;
    }

    private object?[]? Append(object?[]? row, object?[] key)
    {
        if (row is null || _appendedCount == 0)
        {
            return row;
        }

        var cells = new object?[row.Length + _appendedCount];
        row.CopyTo(cells, 0);
        var at = row.Length;
        for (var i = 0; i < key.Length; i++)
        {
            if (appended[i])
            {
                cells[at++] = key[i];
            }
        }

        return cells;
    }
}
