using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>
/// Reads one response. Every length is checked against what is left, so that a broken answer is an <see cref="InvalidDataException"/> and never
/// much memory.
/// </summary>
internal sealed class WireReader(ReadOnlyMemory<byte> frame)
{
    private const int MaxVarintBytes = 5;
    private const int InitialCapacity = 64;
    private const int UuidBytes = 16;

    private int _position;

    public bool Flexible { get; set; }

    private int Remaining => frame.Length - _position;

    public bool Bool() => Take(1)[0] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public double Float64() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>An id as Kafka's clients write it: base64 without padding.</summary>
    public string Uuid() => Convert.ToBase64String(Take(UuidBytes)).TrimEnd('=');

    public string String() => NullableString() ?? throw new InvalidDataException("a string of the answer is missing");

    public string? NullableString()
    {
        var length = Flexible ? CompactLength() : Int16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public byte[] Bytes()
    {
        var length = Flexible ? CompactLength() : Int32();
        return length <= 0 ? [] : Take(length).ToArray();
    }

    /// <summary>Items of an array; none where it is null.</summary>
    public ImmutableArray<T> Array<T>(Func<WireReader, T> read)
    {
        var length = Flexible ? CompactLength() : Int32();
        if (length > Remaining)
        {
            throw Truncated(length);
        }

        var items = ImmutableArray.CreateBuilder<T>(Math.Clamp(length, 0, InitialCapacity));
        for (var index = 0; index < length; index++)
        {
            items.Add(read(this));
        }

        return items.ToImmutable();
    }

    /// <summary>Passes over the tagged fields that end a structure.</summary>
    public void EndStruct()
    {
        if (!Flexible)
        {
            return;
        }

        for (var left = Varint(); left > 0; left--)
        {
            Varint();
            Take(CompactLength() + 1);
        }
    }

    private int CompactLength() => Varint() is <= int.MaxValue and var length ? (int)length - 1 : throw Truncated(int.MaxValue);

    private uint Varint()
    {
        var value = 0u;
        for (var index = 0; index < MaxVarintBytes; index++)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 0x7f) << (7 * index);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number of the answer is longer than 32 bits");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw Truncated(count);
        }

        _position += count;
        return frame.Span.Slice(_position - count, count);
    }

    private InvalidDataException Truncated(int wanted) => new($"the answer ends early: {wanted} bytes are announced where {Remaining} are left");
}
