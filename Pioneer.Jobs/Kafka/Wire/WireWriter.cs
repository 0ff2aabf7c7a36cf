using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>Writes one request. <see cref="Flexible"/> switches strings, bytes and arrays to their compact forms (KIP-482).</summary>
internal sealed class WireWriter
{
    private const int UuidBytes = 16;

    private readonly ArrayBufferWriter<byte> _buffer = new();

    public bool Flexible { get; set; }

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Int8(sbyte value) => Take(1)[0] = (byte)value;

    public void Bool(bool value) => Int8((sbyte)(value ? 1 : 0));

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    public void Float64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Take(sizeof(double)), value);

    /// <summary>The id that stands for none: what is meant is named.</summary>
    public void NoUuid() => Take(UuidBytes).Clear();

    public void String(string? value)
    {
        if (value is null)
        {
            NullString();
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        if (Flexible)
        {
            CompactLength(bytes.Length);
        }
        else
        {
            Int16(checked((short)bytes.Length));
        }

        bytes.CopyTo(Take(bytes.Length));
    }

    /// <summary>The client id of a request header: never compact, whatever the header's version.</summary>
    public void HeaderString(string value)
    {
        var flexible = Flexible;
        Flexible = false;
        String(value);
        Flexible = flexible;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Length(value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Array<T>(IReadOnlyCollection<T> items, Action<WireWriter, T> write)
    {
        Length(items.Count);
        foreach (var item in items)
        {
            write(this, item);
        }
    }

    public void NullArray() => Length(-1);

    /// <summary>Ends a structure: no tagged fields.</summary>
    public void EndStruct()
    {
        if (Flexible)
        {
            Int8(0);
        }
    }

    private void NullString()
    {
        if (Flexible)
        {
            Int8(0);
        }
        else
        {
            Int16(-1);
        }
    }

    private void Length(int length)
    {
        if (Flexible)
        {
            CompactLength(length);
        }
        else
        {
            Int32(length);
        }
    }

    // An unsigned varint of the length and one; zero stands for null.
    private void CompactLength(int length)
    {
        var rest = (uint)length + 1;
        while (rest >= 0x80)
        {
            Take(1)[0] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        Take(1)[0] = (byte)rest;
    }

    private Span<byte> Take(int count)
    {
        var span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }
}
