using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Prepares rows for their groups and gives them the groups' keys; null where a key has a NULL.</summary>
/// <param name="keys">The groups' keys, over the rows as they come.</param>
/// <param name="prepared">The cells that the groups need, over the same.</param>
/// <param name="step">The step, for the log.</param>
/// <param name="log">Is told of rows that belong to no group.</param>
internal sealed class GroupMapper(RowExpression[] keys, RowExpression[] prepared, string step, IProcessingLog log)
{
    /// <summary>A row is in no group: its sums would be wrong without a word, had nobody been told.</summary>
    public void TellOutside() => log.Failed(step, "GROUP BY has a NULL for this row: it is in no group.");

    public RowKey? Key(object?[] row)
    {
        var cells = new object?[keys.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = keys[i].Evaluate(row);
            if (cells[i] is null)
            {
                return null;
            }
        }

        return new RowKey(cells);
    }

    public object?[]? Prepare(object?[]? row)
    {
        if (row is null)
        {
            return null;
        }

        var cells = new object?[prepared.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = prepared[i].Evaluate(row);
        }

        return cells;
    }
}

/// <summary>Gives events of a stream the keys of their groups; those without a row belong to none, those with a NULL in the key are told of.</summary>
internal sealed class StreamGroupProcessor(GroupMapper mapper, bool keepsKey, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Row is not { } row)
        {
            return;
        }

        if ((keepsKey ? e.Key : mapper.Key(row)) is { } key)
        {
            next.Process(e with { Key = key, Row = mapper.Prepare(row) });
        }
        else
        {
            mapper.TellOutside();
        }
    }
}

/// <summary>
/// Gives changes of a table the keys of their groups: a row that changes its group is taken out of the one and put into the other.
/// </summary>
internal sealed class TableGroupProcessor(GroupMapper mapper, Processor next) : Processor
{
    public override void Process(in RowEvent e)
    {
        var newKey = e.Row is null ? null : mapper.Key(e.Row);
        var oldKey = e.Old is null ? null : mapper.Key(e.Old);
        if (newKey is not null && newKey.Equals(oldKey))
        {
            next.Process(e with { Key = newKey, Row = mapper.Prepare(e.Row), Old = mapper.Prepare(e.Old) });
            return;
        }

        if (oldKey is not null)
        {
            next.Process(e with { Key = oldKey, Row = null, Old = mapper.Prepare(e.Old) });
        }

        if (newKey is not null)
        {
            next.Process(e with { Key = newKey, Row = mapper.Prepare(e.Row), Old = null });
        }
        else if (e.Row is not null)
        {
            mapper.TellOutside();
        }
    }
}

/// <summary>Sends changes to an internal topic, by their key.</summary>
internal sealed class ChangeWriter(string topic, KeyCodec keys, ChangeCodec changes, Action<SentRecord> send) : Processor
{
    public override void Process(in RowEvent e) =>
        send(new SentRecord(topic, keys.Write(e.Key), changes.Write(e.Row, e.Old), e.TimeMs, e.Headers));
}

/// <summary>Reads changes of an internal topic.</summary>
internal sealed class ChangeReader(string topic, KeyCodec keys, ChangeCodec changes, IProcessingLog log, Processor next) : RecordReader
{
    public override void Read(SourceRecord record)
    {
        RowEvent e;
        try
        {
            var (row, old) = changes.Read(record.Value ?? throw new FormatException("A change without a value"));
            e = new RowEvent(keys.Read(record.Key), row, record.TimeMs, record.Headers) { Old = old };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            log.Failed(topic, $"Deserialization failed: {failure.Message}");
            return;
        }

        next.Process(e);
    }
}
