using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>The 61-byte header of a record batch, magic 2 (big-endian; the CRC-32C covers byte 21 to the end).</summary>
public readonly record struct BatchHeader(
    long BaseOffset, int BatchLength, int LeaderEpoch, byte Magic, uint Crc, short Attributes, int LastOffsetDelta, long BaseTimestampMs,
    long MaxTimestampMs, long ProducerId, short ProducerEpoch, int BaseSequence, int RecordCount)
{
    /// <summary>Bytes of the header, and so of the smallest batch.</summary>
    public const int Size = 61;

    /// <summary>Base offset and length: what <see cref="BatchLength"/> does not count.</summary>
    public const int Prefix = 12;

    public const byte SupportedMagic = 2;
    public const long NoProducerId = -1;
    internal const int LeaderEpochPosition = 12;
    internal const int MagicPosition = 16;
    internal const int CrcPosition = 17;
    internal const int AttributesPosition = 21;
    internal const int MaxTimestampPosition = 35;
    internal const short CodecMask = 0x07;
    internal const short StampedOnAppendBit = 0x08;
    internal const short TransactionalBit = 0x10;
    internal const short ControlBit = 0x20;
    internal const short DeleteHorizonBit = 0x40;

    public int TotalBytes => Prefix + BatchLength;
    public long LastOffset => BaseOffset + LastOffsetDelta;
    public long NextOffset => LastOffset + 1;
    public CompressionCodec Codec => (CompressionCodec)(Attributes & CodecMask);
    public bool IsStampedOnAppend => (Attributes & StampedOnAppendBit) != 0;
    public bool IsTransactional => (Attributes & TransactionalBit) != 0;
    public bool IsControl => (Attributes & ControlBit) != 0;

    /// <summary>Set by compaction: <see cref="BaseTimestampMs"/> is the time from which tombstones in the batch may go (KIP-534).</summary>
    public bool HasDeleteHorizon => (Attributes & DeleteHorizonBit) != 0;

    public bool HasProducer => ProducerId != NoProducerId;

    /// <summary>Sequence of the last record; after int.MaxValue comes 0.</summary>
    public int LastSequence => BaseSequence < 0 ? -1 : (int)(((long)BaseSequence + LastOffsetDelta) & int.MaxValue);

    /// <summary>Reads a header; false when there are fewer than <see cref="Size"/> bytes. Nothing is judged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        if (bytes.Length < Size)
        {
            header = default;
            return false;
        }

        header = new BatchHeader(
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            BinaryPrimitives.ReadInt32BigEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[LeaderEpochPosition..]),
            bytes[MagicPosition],
            BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcPosition..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[AttributesPosition..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[MaxTimestampPosition..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[53..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[57..]));
        return true;
    }

    /// <summary>Writes the header's 61 bytes as they are, the CRC included.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt64BigEndian(target, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(target[8..], BatchLength);
        BinaryPrimitives.WriteInt32BigEndian(target[LeaderEpochPosition..], LeaderEpoch);
        target[MagicPosition] = Magic;
        BinaryPrimitives.WriteUInt32BigEndian(target[CrcPosition..], Crc);
        BinaryPrimitives.WriteInt16BigEndian(target[AttributesPosition..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(target[23..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(target[27..], BaseTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(target[MaxTimestampPosition..], MaxTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(target[43..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(target[51..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(target[53..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(target[57..], RecordCount);
    }

    /// <summary>True when the stored CRC is that of the bytes. <paramref name="batch"/> is exactly one batch.</summary>
    public bool CrcMatches(ReadOnlySpan<byte> batch) => Crc == Crc32C(batch[AttributesPosition..]);

    /// <summary>CRC-32C (Castagnoli), eight bytes a step in hardware.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}
