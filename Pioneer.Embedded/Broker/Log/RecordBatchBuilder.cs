using System.Buffers;
using System.Buffers.Binary;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>Builds one record batch: coordinators' records, transaction markers, what compaction leaves, and tests.</summary>
public sealed class RecordBatchBuilder
{
    private static readonly byte[] NoHeaders = [0];
    private readonly List<LogRecord> _records = [];

    public long BaseOffset { get; init; }
    public int LeaderEpoch { get; init; }
    public CompressionCodec Codec { get; init; }
    public bool Transactional { get; init; }
    public bool Control { get; init; }
    public bool StampedOnAppend { get; init; }
    public long ProducerId { get; init; } = BatchHeader.NoProducerId;
    public short ProducerEpoch { get; init; } = -1;
    public int BaseSequence { get; init; } = -1;

    /// <summary>Last offset of a compacted batch, whose last record may be gone; null: that of the last record.</summary>
    public long? LastOffset { get; init; }

    /// <summary>Time from which tombstones may go (KIP-534); takes the place of the base timestamp.</summary>
    public long? DeleteHorizonMs { get; init; }

    /// <summary>Timestamp of a batch left without records; otherwise the largest of the records.</summary>
    public long EmptyTimestampMs { get; init; } = -1;

    /// <summary>Adds a record at the next offset.</summary>
    public RecordBatchBuilder Add(long timestampMs, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value) =>
        Add(new LogRecord(_records.Count == 0 ? BaseOffset : _records[^1].Offset + 1, timestampMs, key, value, NoHeaders));

    /// <summary>Adds a record at the next offset. A null array is null here too; converted to memory it would become empty.</summary>
    public RecordBatchBuilder Add(long timestampMs, byte[]? key, byte[]? value) =>
        Add(timestampMs, key is null ? (ReadOnlyMemory<byte>?)null : key, value is null ? (ReadOnlyMemory<byte>?)null : value);

    /// <summary>Adds a record at its own offset.</summary>
    public RecordBatchBuilder Add(LogRecord record)
    {
        _records.Add(record);
        return this;
    }

    public byte[] Build()
    {
        var baseTimestamp = DeleteHorizonMs ?? (_records.Count > 0 ? _records[0].TimestampMs : EmptyTimestampMs);
        var body = new ArrayBufferWriter<byte>();
        foreach (var record in _records)
        {
            WriteRecord(body, record, baseTimestamp);
        }

        var records = Compression.Compress(_records.Count == 0 ? CompressionCodec.None : Codec, body.WrittenSpan);
        var lastOffset = LastOffset ?? (_records.Count > 0 ? _records[^1].Offset : BaseOffset);
        var batch = new byte[BatchHeader.Size + records.Length];
        records.CopyTo(batch, BatchHeader.Size);
        new BatchHeader(
            BaseOffset, batch.Length - BatchHeader.Prefix, LeaderEpoch, BatchHeader.SupportedMagic, 0, Attributes(),
            (int)(lastOffset - BaseOffset), baseTimestamp, _records.Count > 0 ? _records.Max(r => r.TimestampMs) : EmptyTimestampMs, ProducerId,
            ProducerEpoch, BaseSequence, _records.Count).Write(batch);
        BinaryPrimitives.WriteUInt32BigEndian(
            batch.AsSpan(BatchHeader.CrcPosition), BatchHeader.Crc32C(batch.AsSpan(BatchHeader.AttributesPosition)));
        return batch;
    }

    private short Attributes() => (short)(
        (_records.Count == 0 ? 0 : (int)Codec)
        | (StampedOnAppend ? BatchHeader.StampedOnAppendBit : 0)
        | (Transactional ? BatchHeader.TransactionalBit : 0)
        | (Control ? BatchHeader.ControlBit : 0)
        | (DeleteHorizonMs is null ? 0 : BatchHeader.DeleteHorizonBit));

    private void WriteRecord(ArrayBufferWriter<byte> body, in LogRecord record, long baseTimestamp)
    {
        var inner = new ArrayBufferWriter<byte>();
        inner.Write((ReadOnlySpan<byte>)[0]);
        Varint.Write(inner, record.TimestampMs - baseTimestamp);
        Varint.Write(inner, record.Offset - BaseOffset);
        WriteBytes(inner, record.Key);
        WriteBytes(inner, record.Value);
        inner.Write(record.Headers.Length == 0 ? NoHeaders : record.Headers.Span);
        Varint.Write(body, inner.WrittenCount);
        body.Write(inner.WrittenSpan);
    }

    private static void WriteBytes(ArrayBufferWriter<byte> target, ReadOnlyMemory<byte>? bytes)
    {
        Varint.Write(target, bytes?.Length ?? -1);
        if (bytes is { } present)
        {
            target.Write(present.Span);
        }
    }
}
