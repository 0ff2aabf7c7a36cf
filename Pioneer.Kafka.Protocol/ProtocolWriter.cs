using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pioneer.Kafka.Protocol;

/// <summary>
/// Builds one frame in a pooled buffer that grows. <see cref="Reset"/> makes it ready for the next one; a buffer grown past
/// <see cref="KeptBytes"/> is given back then. Not thread safe: one writer a connection.
/// </summary>
public sealed class ProtocolWriter : IDisposable
{
    /// <summary>The largest buffer that is kept between two frames.</summary>
    public const int KeptBytes = 1 << 20;

    private const int InitialBytes = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);

    /// <summary>Whether strings, bytes and arrays are compact and structures end in tagged fields.</summary>
    public bool Flexible { get; set; }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write or reset.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written.</summary>
    public void Reset()
    {
        Length = 0;
        Flexible = false;
        if (_buffer.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
        }
    }

    /// <summary>Writes a boolean as 0 or 1.</summary>
    public void WriteBoolean(bool value) => Extend(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes a signed byte.</summary>
    public void WriteInt8(sbyte value) => Extend(1)[0] = (byte)value;

    /// <summary>Writes a big-endian int16.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Extend(sizeof(short)), value);

    /// <summary>Writes a big-endian uint16.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Extend(sizeof(ushort)), value);

    /// <summary>Writes a big-endian int32.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Extend(sizeof(int)), value);

    /// <summary>Writes a big-endian int64.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Extend(sizeof(long)), value);

    /// <summary>Writes a big-endian IEEE double.</summary>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Extend(sizeof(double)), value);

    /// <summary>Writes 16 bytes, most significant first.</summary>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Extend(16), bigEndian: true, out _);

    /// <summary>Writes a string.</summary>
    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (Flexible)
        {
            WriteUnsignedVarint((uint)length + 1);
        }
        else if (length <= short.MaxValue)
        {
            WriteInt16((short)length);
        }
        else
        {
            throw new ProtocolException($"a string of {length} bytes does not fit the protocol's 32767");
        }

        Encoding.UTF8.GetBytes(value, Extend(length));
    }

    /// <summary>Writes a string or null.</summary>
    public void WriteNullableString(string? value)
    {
        if (value is not null)
        {
            WriteString(value);
        }
        else if (Flexible)
        {
            WriteUnsignedVarint(0);
        }
        else
        {
            WriteInt16(-1);
        }
    }

    /// <summary>Writes bytes with their length.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> value)
    {
        WriteArrayLength(value.Length);
        value.Span.CopyTo(Extend(value.Length));
    }

    /// <summary>Writes bytes with their length, or null.</summary>
    public void WriteNullableBytes(ReadOnlyMemory<byte>? value)
    {
        if (value is { } bytes)
        {
            WriteBytes(bytes);
        }
        else
        {
            WriteNullArray();
        }
    }

    /// <summary>Writes bytes as they are, without a length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => value.CopyTo(Extend(value.Length));

    /// <summary>Writes the number of elements that follow.</summary>
    public void WriteArrayLength(int length)
    {
        if (Flexible)
        {
            WriteUnsignedVarint((uint)length + 1);
        }
        else
        {
            WriteInt32(length);
        }
    }

    /// <summary>Writes a null array or null bytes.</summary>
    public void WriteNullArray()
    {
        if (Flexible)
        {
            WriteUnsignedVarint(0);
        }
        else
        {
            WriteInt32(-1);
        }
    }

    /// <summary>Writes a varint.</summary>
    public void WriteUnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Extend(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Extend(1)[0] = (byte)value;
    }

    /// <summary>Starts a tagged field; give the result to <see cref="EndTag"/>.</summary>
    public int BeginTag(uint tag)
    {
        WriteUnsignedVarint(tag);
        return Length;
    }

    /// <summary>Ends a tagged field: puts its size in front of its data.</summary>
    public void EndTag(int start)
    {
        var size = Length - start;
        var prefix = 1;
        for (var rest = (uint)size; rest >= 0x80; rest >>= 7)
        {
            prefix++;
        }

        Extend(prefix);
        _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + prefix));
        var end = Length;
        Length = start;
        WriteUnsignedVarint((uint)size);
        Length = end;
    }

    /// <summary>Overwrites four bytes written earlier.</summary>
    public void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position, sizeof(int)), value);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private Span<byte> Extend(int count)
    {
        var needed = checked(Length + count);
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(_buffer.Length * 2L, Array.MaxLength)));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        Length = needed;
        return _buffer.AsSpan(needed - count, count);
    }
}
