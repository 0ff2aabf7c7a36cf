using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>
/// Writes cells and reads back exactly what was written, which no format of topics does for all of them (NaN, an empty text beside NULL, half
/// surrogates, keys of maps that are no texts): state must not change by being restored. Each cell says by its first byte what it is.
/// </summary>
internal static class CellCodec
{
    private enum Tag : byte
    {
        Null,
        False,
        True,
        Int,
        Long,
        Double,
        Decimal,
        Text,
        RawText,
        Bytes,
        Array,
        Map,
    }

    public static void Write(ArrayBufferWriter<byte> to, object? cell)
    {
        switch (cell)
        {
            case null:
                Put(to, Tag.Null);
                break;
            case bool b:
                Put(to, b ? Tag.True : Tag.False);
                break;
            case int i:
                Put(to, Tag.Int);
                WriteInt(to, i);
                break;
            case long l:
                Put(to, Tag.Long);
                WriteLong(to, l);
                break;
            case double d:
                Put(to, Tag.Double);
                WriteLong(to, BitConverter.DoubleToInt64Bits(d));
                break;
            case BigDecimal number:
                Put(to, Tag.Decimal);
                WriteInt(to, number.Scale);
                WriteBytes(to, number.Unscaled.ToByteArray());
                break;
            case string text:
                WriteText(to, text);
                break;
            case byte[] bytes:
                Put(to, Tag.Bytes);
                WriteBytes(to, bytes);
                break;
            case object?[] items:
                Put(to, Tag.Array);
                WriteAll(to, items);
                break;
            case Dictionary<object, object?> map:
                Put(to, Tag.Map);
                WriteInt(to, map.Count);
                foreach (var (key, value) in map)
                {
                    Write(to, key);
                    Write(to, value);
                }

                break;
            default:
                throw new NotSupportedException($"A value of {cell.GetType().Name} cannot be kept");
        }
    }

    public static void WriteAll(ArrayBufferWriter<byte> to, object?[] cells)
    {
        WriteInt(to, cells.Length);
        foreach (var cell in cells)
        {
            Write(to, cell);
        }
    }

    public static void WriteLong(ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(sizeof(long)), value);
        to.Advance(sizeof(long));
    }

    public static object?[] ReadAll(ref ReadOnlySpan<byte> from)
    {
        var cells = new object?[ReadInt(ref from)];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = Read(ref from);
        }

        return cells;
    }

    public static long ReadLong(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt64BigEndian(from);
        from = from[sizeof(long)..];
        return value;
    }

    public static object? Read(ref ReadOnlySpan<byte> from)
    {
        var tag = (Tag)from[0];
        from = from[1..];
        switch (tag)
        {
            case Tag.Null:
                return null;
            case Tag.False or Tag.True:
                return tag == Tag.True;
            case Tag.Int:
                return ReadInt(ref from);
            case Tag.Long:
                return ReadLong(ref from);
            case Tag.Double:
                return BitConverter.Int64BitsToDouble(ReadLong(ref from));
            case Tag.Decimal:
                var scale = ReadInt(ref from);
                return new BigDecimal(new BigInteger(ReadBytes(ref from)), scale);
            case Tag.Text:
                return Encoding.UTF8.GetString(ReadBytes(ref from));
            case Tag.RawText:
                return new string(MemoryMarshal.Cast<byte, char>(ReadBytes(ref from)));
            case Tag.Bytes:
                return ReadBytes(ref from).ToArray();
            case Tag.Array:
                return ReadAll(ref from);
            case Tag.Map:
                return ReadMap(ref from);
            default:
                throw new FormatException($"{(byte)tag} is no kind of cell: the changelog was written by something else");
        }
    }

    private static Dictionary<object, object?> ReadMap(ref ReadOnlySpan<byte> from)
    {
        var map = new Dictionary<object, object?>();
        for (var left = ReadInt(ref from); left > 0; left--)
        {
            var key = Read(ref from)!;
            map[key] = Read(ref from);
        }

        return map;
    }

    private static void WriteText(ArrayBufferWriter<byte> to, string text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        if (Utf8.FromUtf16(text, bytes, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            Put(to, Tag.Text);
            WriteBytes(to, bytes.AsSpan(0, written));
        }
        else
        {
            Put(to, Tag.RawText);
            WriteBytes(to, MemoryMarshal.AsBytes(text.AsSpan()));
        }
    }

    private static void Put(ArrayBufferWriter<byte> to, Tag tag)
    {
        to.GetSpan(1)[0] = (byte)tag;
        to.Advance(1);
    }

    private static void WriteInt(ArrayBufferWriter<byte> to, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), value);
        to.Advance(sizeof(int));
    }

    private static int ReadInt(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(from);
        from = from[sizeof(int)..];
        return value;
    }

    private static void WriteBytes(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
    {
        WriteInt(to, bytes.Length);
        to.Write(bytes);
    }

    private static ReadOnlySpan<byte> ReadBytes(ref ReadOnlySpan<byte> from)
    {
        var length = ReadInt(ref from);
        var bytes = from[..length];
        from = from[length..];
        return bytes;
    }
}
