using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>A keyed record of a coordinator; a null value is a tombstone.</summary>
internal readonly record struct StateRecord(byte[] Key, byte[]? Value);

/// <summary>Writes Kafka's classic (not flexible) field encodings: big-endian, int16 string lengths, int32 byte lengths.</summary>
internal sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _target = new();

    public StateWriter Int8(byte value)
    {
        _target.GetSpan(1)[0] = value;
        _target.Advance(1);
        return this;
    }

    public StateWriter Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_target.GetSpan(sizeof(short)), value);
        _target.Advance(sizeof(short));
        return this;
    }

    public StateWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_target.GetSpan(sizeof(int)), value);
        _target.Advance(sizeof(int));
        return this;
    }

    public StateWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_target.GetSpan(sizeof(long)), value);
        _target.Advance(sizeof(long));
        return this;
    }

    public StateWriter String(string? value)
    {
        if (value is null)
        {
            return Int16(-1);
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        Int16(checked((short)bytes.Length));
        _target.Write(bytes);
        return this;
    }

    public StateWriter Bytes(byte[] value)
    {
        Int32(value.Length);
        _target.Write(value);
        return this;
    }

    public byte[] ToArray() => _target.WrittenSpan.ToArray();
}

/// <summary>Reads what <see cref="StateWriter"/> writes.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public byte Int8() => Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public string? NullableString()
    {
        var length = Int16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public string String() => NullableString() ?? throw new InvalidDataException("null where a string belongs");

    public byte[] Bytes() => Take(Int32()).ToArray();

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new InvalidDataException("state record is too short");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
