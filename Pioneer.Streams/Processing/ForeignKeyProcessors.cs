using Pioneer.Ksql.Syntax;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Streams.Processing;

/// <summary>What the table that is referred to is to do with a reference.</summary>
internal enum ReferenceKind : byte
{
    /// <summary>Forget it.</summary>
    Remove,

    /// <summary>Forget it, and answer that there is nothing.</summary>
    RemoveAndAnswer,

    /// <summary>Keep it, and answer with the row if there is one.</summary>
    AnswerRow,

    /// <summary>Keep it, and answer with the row or that there is none.</summary>
    AnswerAlways,
}

/// <summary>A reference of a row to a key of another table.</summary>
/// <param name="Primary">The key of the row.</param>
/// <param name="Version">Tells the row's contents from others; null for no row.</param>
/// <param name="Kind">What to do with it.</param>
/// <param name="Partition">The partition of the row, where the answer must go.</param>
internal sealed record Reference(RowKey Primary, byte[]? Version, ReferenceKind Kind, int Partition);

/// <summary>Sends references of changed rows to the partitions of the keys that they refer to.</summary>
internal sealed class ReferenceSender(
    RowExpression foreignKey,
    JoinKind kind,
    RowVersion version,
    int partition,
    ReferenceWriter writer,
    string step,
    IProcessingLog log) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key || (e.Row is null && e.Old is null))
        {
            return;
        }

        var old = Foreign(e.Old);
        var now = Foreign(e.Row);
        if (kind == JoinKind.Left)
        {
            SendLeft(e, key, old, now);
        }
        else
        {
            SendInner(e, key, old, now);
        }
    }

    // A left join needs an answer for every change, whether or not there is something to refer to.
    private void SendLeft(in RowEvent e, RowKey key, RowKey? old, RowKey? now)
    {
        if (old is not null && !old.Equals(now))
        {
            Send(e, key, old, ReferenceKind.Remove);
        }

        Send(e, key, now, ReferenceKind.AnswerAlways);
    }

    private void SendInner(in RowEvent e, RowKey key, RowKey? old, RowKey? now)
    {
        if (now is null)
        {
            if (e.Row is not null)
            {
                log.Failed(step, "Skipping record due to null foreign key.");
            }

            if (old is not null)
            {
                Send(e, key, old, ReferenceKind.RemoveAndAnswer);
            }

            return;
        }

        var moved = old is not null && !old.Equals(now);
        if (moved)
        {
            Send(e, key, old, ReferenceKind.Remove);
        }

        // What the old key gave must be taken back even where the new one gives nothing.
        Send(e, key, now, moved ? ReferenceKind.AnswerAlways : ReferenceKind.AnswerRow);
    }

    private RowKey? Foreign(object?[]? row) => row is not null && foreignKey.Evaluate(row) is { } cell ? new RowKey([cell]) : null;

    private void Send(in RowEvent e, RowKey key, RowKey? foreign, ReferenceKind reference) =>
        writer.Write(foreign, new Reference(key, version.Of(e.Row), reference, partition), e);
}

/// <summary>Keeps references next to the table that they refer to, and answers them.</summary>
internal sealed class ReferenceKeeper(ISubscriptionStore store, TableView table, AnswerWriter answers)
{
    public void Process(RowKey? foreign, Reference reference, in RowEvent e)
    {
        if (foreign is not null)
        {
            var isGone = reference.Kind is ReferenceKind.Remove or ReferenceKind.RemoveAndAnswer;
            store.Put(foreign, reference.Primary, isGone ? null : new StoredRow([reference.Version, reference.Partition], e.TimeMs));
        }
        else if (reference.Kind != ReferenceKind.AnswerAlways)
        {
            return;
        }

        var row = foreign is null ? null : table.Get(foreign);
        var timeMs = row is null ? e.TimeMs : Math.Max(e.TimeMs, row.TimeMs);
        var answered = reference.Kind switch
        {
            ReferenceKind.Remove => false,
            ReferenceKind.AnswerRow => row is not null,
            _ => true,
        };
        if (answered)
        {
            var sent = reference.Kind == ReferenceKind.RemoveAndAnswer ? null : row?.Cells;
            answers.Write(reference.Primary, reference.Version, sent, reference.Partition, e with { TimeMs = timeMs });
        }
    }
}

/// <summary>Tells all rows that refer to a key what it has now.</summary>
internal sealed class ReferencedTableProcessor(ISubscriptionStore store, AnswerWriter answers) : Processor
{
    public override void Process(in RowEvent e)
    {
        if (e.Key is not { } key)
        {
            return;
        }

        foreach (var (primary, kept) in store.Find(key))
        {
            answers.Write(primary, (byte[]?)kept.Cells[0], e.Row, (int)kept.Cells[1]!, e);
        }
    }
}

/// <summary>Takes answers: if the row is still the one that asked, it is joined.</summary>
internal sealed class AnswerJoiner(TableView left, RowVersion version, JoinKind kind, RowJoiner joiner, Processor next)
{
    public void Process(RowKey primary, byte[]? asked, object?[]? right, in RowEvent e)
    {
        var row = left.Get(primary)?.Cells;
        if (!asked.AsSpan().SequenceEqual(version.Of(row)))
        {
            return;
        }

        var isGone = right is null && (kind != JoinKind.Left || row is null);
        next.Process(e with { Key = primary, Row = isGone ? null : joiner.Join(row, right, primary.Cells), Old = null });
    }
}
