using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Joins events with the rows that a table has for their keys now.</summary>
internal sealed class StreamTableJoinProcessor(TableView table, RowJoiner joiner, bool isLeft, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Row is null)
        {
            return;
        }

        if (e.Key is not { IsEmpty: false } key)
        {
            if (isLeft)
            {
                next.Process(e with { Row = joiner.Join(e.Row, null, e.Key?.Cells ?? [null]) });
            }

            return;
        }

        var other = table.Get(key);
        if (other is not null || isLeft)
        {
            next.Process(e with { Row = joiner.Join(e.Row, other?.Cells, key.Cells) });
        }
    }
}
