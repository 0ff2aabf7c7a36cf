using System.Buffers.Binary;
using System.Text;

namespace Pioneer.Kafka.Protocol;

/// <summary>
/// Reads one frame. Byte fields are slices of the frame, never copies: they are valid as long as the frame is. Every length is checked
/// against what is left, so that a hostile frame costs no more memory than a small multiple of its own size.
/// </summary>
public ref struct ProtocolReader
{
    /// <summary>Lists start no larger than this whatever length the frame claims.</summary>
    public const int InitialListCapacity = 64;

    private const int MaxVarintBytes = 5;

    private readonly ReadOnlyMemory<byte> _frame;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    /// <summary>Reads from the start of a frame.</summary>
    public ProtocolReader(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        _bytes = frame.Span;
    }

    /// <summary>Whether strings, bytes and arrays are compact and structures end in tagged fields.</summary>
    public bool Flexible { get; set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Reads a boolean; any value other than 0 is true.</summary>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>Reads a signed byte.</summary>
    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    /// <summary>Reads a big-endian int16.</summary>
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    /// <summary>Reads a big-endian uint16.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    /// <summary>Reads a big-endian int32.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    /// <summary>Reads a big-endian int64.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>Reads a big-endian IEEE double.</summary>
    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>Reads 16 bytes, most significant first.</summary>
    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    /// <summary>Reads a string that must not be null.</summary>
    public string ReadString() => ReadNullableString() ?? throw ProtocolException.UnexpectedNull("string");

    /// <summary>Reads a string or null.</summary>
    public string? ReadNullableString()
    {
        var length = Flexible ? ReadCompactLength() : ReadInt16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Reads bytes that must not be null, as a slice of the frame.</summary>
    public ReadOnlyMemory<byte> ReadBytes() => ReadNullableBytes() ?? throw ProtocolException.UnexpectedNull("bytes");

    /// <summary>Reads bytes or null, as a slice of the frame.</summary>
    public ReadOnlyMemory<byte>? ReadNullableBytes()
    {
        var length = Flexible ? ReadCompactLength() : ReadInt32();
        if (length < 0)
        {
            return null;
        }

        Take(length);
        return _frame.Slice(_position - length, length);
    }

    /// <summary>Reads the number of elements of an array; -1 is null, where null is allowed.</summary>
    public int ReadArrayLength(bool nullable)
    {
        var length = Flexible ? ReadCompactLength() : ReadInt32();
        if (length < -1 || (length == -1 && !nullable))
        {
            throw ProtocolException.UnexpectedNull("array");
        }

        return length <= Remaining ? length : throw ProtocolException.Truncated(length, Remaining);
    }

    /// <summary>Reads a varint of at most 32 bits.</summary>
    public uint ReadUnsignedVarint()
    {
        var value = 0u;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 0x7f) << (7 * i);
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }

        throw new ProtocolException("a varint of more than 32 bits");
    }

    /// <summary>Reads how many tagged fields follow.</summary>
    public uint ReadTagCount()
    {
        var count = ReadUnsignedVarint();
        return count <= Remaining ? count : throw ProtocolException.Truncated((int)Math.Min(count, int.MaxValue), Remaining);
    }

    /// <summary>Reads a tag and where its data end.</summary>
    public uint ReadTag(out int end)
    {
        var tag = ReadUnsignedVarint();
        var size = ReadUnsignedVarint();
        if (size > Remaining)
        {
            throw ProtocolException.Truncated((int)Math.Min(size, int.MaxValue), Remaining);
        }

        end = _position + (int)size;
        return tag;
    }

    /// <summary>Checks that a tagged field took exactly its announced size.</summary>
    public readonly void EndTag(int end)
    {
        if (_position != end)
        {
            throw new ProtocolException("a tagged field's size is wrong");
        }
    }

    /// <summary>Passes over a tagged field that nobody here knows.</summary>
    public void SkipTo(int end) => _position = end;

    /// <summary>Passes over all tagged fields of a structure.</summary>
    public void SkipTaggedFields()
    {
        for (var left = ReadTagCount(); left > 0; left--)
        {
            ReadTag(out var end);
            SkipTo(end);
        }
    }

    private int ReadCompactLength()
    {
        var encoded = ReadUnsignedVarint();
        return encoded <= int.MaxValue ? (int)encoded - 1 : throw ProtocolException.Truncated(int.MaxValue, Remaining);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > Remaining)
        {
            throw ProtocolException.Truncated(length, Remaining);
        }

        _position += length;
        return _bytes.Slice(_position - length, length);
    }
}
