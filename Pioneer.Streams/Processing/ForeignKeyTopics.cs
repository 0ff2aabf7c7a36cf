using System.Buffers.Binary;
using Pioneer.Ksql.Serialization;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Sends references: what to do, the partition that asks, its version (all zeros for none), the primary key.</summary>
internal sealed class ReferenceWriter(string topic, KeyCodec foreignKeys, KeyCodec primaryKeys, Action<SentRecord> send)
{
    /// <summary>Where the version begins.</summary>
    public const int VersionAt = 1 + sizeof(int);

    /// <summary>Where the primary key begins.</summary>
    public const int KeyAt = VersionAt + RowVersion.Length;

    public void Write(RowKey? foreign, Reference reference, in RowEvent e)
    {
        var primary = primaryKeys.Write(reference.Primary) ?? [];
        var value = new byte[KeyAt + primary.Length];
        value[0] = (byte)reference.Kind;
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), reference.Partition);
        reference.Version?.CopyTo(value, VersionAt);
        primary.CopyTo(value, KeyAt);
        send(new SentRecord(topic, foreignKeys.Write(foreign), value, e.TimeMs, e.Headers));
    }
}

/// <summary>Reads references.</summary>
internal sealed class ReferenceReader(KeyCodec foreignKeys, KeyCodec primaryKeys, ReferenceKeeper keeper) : RecordReader
{
    public override void Read(SourceRecord record)
    {
        var value = record.Value!;
        var reference = new Reference(
            primaryKeys.Read(value[ReferenceWriter.KeyAt..])!,
            VersionOf(value.AsSpan(ReferenceWriter.VersionAt, RowVersion.Length)),
            (ReferenceKind)value[0],
            BinaryPrimitives.ReadInt32BigEndian(value.AsSpan(1)));
        keeper.Process(foreignKeys.Read(record.Key), reference, new RowEvent(null, null, record.TimeMs, record.Headers));
    }

    /// <summary>A version as it was written.</summary>
    public static byte[]? VersionOf(ReadOnlySpan<byte> bytes) => bytes.ContainsAnyExcept((byte)0) ? bytes.ToArray() : null;
}

/// <summary>Sends answers to the partition that asked: its version, then the row if there is one.</summary>
internal sealed class AnswerWriter(string topic, KeyCodec primaryKeys, RowFormat rows, Action<SentRecord> send)
{
    /// <summary>Where it says whether there is a row.</summary>
    public const int FlagAt = RowVersion.Length;

    public void Write(RowKey primary, byte[]? version, object?[]? row, int partition, in RowEvent e)
    {
        var bytes = row is null ? null : rows.Write(row) ?? [];
        var value = new byte[FlagAt + 1 + (bytes?.Length ?? 0)];
        version?.CopyTo(value, 0);
        value[FlagAt] = bytes is null ? (byte)0 : (byte)1;
        bytes?.CopyTo(value, FlagAt + 1);
        send(new SentRecord(topic, primaryKeys.Write(primary), value, e.TimeMs, e.Headers, partition));
    }
}

/// <summary>Reads answers.</summary>
internal sealed class AnswerReader(KeyCodec primaryKeys, RowFormat rows, AnswerJoiner joiner) : RecordReader
{
    public override void Read(SourceRecord record)
    {
        var value = record.Value!;
        var row = value[AnswerWriter.FlagAt] == 0 ? null : rows.Read(value[(AnswerWriter.FlagAt + 1)..]);
        joiner.Process(
            primaryKeys.Read(record.Key)!,
            ReferenceReader.VersionOf(value.AsSpan(0, RowVersion.Length)),
            row,
            new RowEvent(null, null, record.TimeMs, record.Headers));
    }
}
