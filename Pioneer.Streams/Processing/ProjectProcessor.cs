using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Computes other cells, of events and of changes alike.</summary>
/// <param name="columns">The cells.</param>
/// <param name="keyFrom">Which cells of the key make the new key; null where it stays.</param>
/// <param name="next">The step behind.</param>
internal sealed class ProjectProcessor(RowExpression[] columns, int[]? keyFrom, Processor next) : Processor
{
    public override void Process(in RowEvent e) =>
        next.Process(e with { Key = keyFrom is null ? e.Key : Rekey(e.Key, keyFrom), Row = Project(e.Row), Old = Project(e.Old) });

    public object?[]? Project(object?[]? row)
    {
        if (row is null)
        {
            return null;
        }

        var cells = new object?[columns.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = columns[i].Evaluate(row);
        }

        return cells;
    }

    private static RowKey? Rekey(RowKey? key, int[] from) =>
        key is null || from.Length == 0 ? null : new RowKey([.. from.Select(i => key.Cells[i])], key.Window);
}
