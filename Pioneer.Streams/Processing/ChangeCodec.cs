using System.Buffers.Binary;
using Pioneer.Ksql.Serialization;

namespace Pioneer.Streams.Processing;

/// <summary>
/// Writes a change of a table: the new row and the old one, each after its length (-1 for none). One thread at a time.
/// </summary>
internal sealed class ChangeCodec(RowFormat rows)
{
    private const int None = -1;

    public byte[] Write(object?[]? row, object?[]? old)
    {
        var (newBytes, oldBytes) = (Bytes(row), Bytes(old));
        var whole = new byte[(2 * sizeof(int)) + (newBytes?.Length ?? 0) + (oldBytes?.Length ?? 0)];
        var at = Append(whole, newBytes);
        Append(whole.AsSpan(at), oldBytes);
        return whole;
    }

    public (object?[]? Row, object?[]? Old) Read(byte[] bytes)
    {
        var at = 0;
        var row = Next(bytes, ref at);
        return (row, Next(bytes, ref at));
    }

    // A row whose cells are all NULL may have no bytes; it is a row all the same.
    private byte[]? Bytes(object?[]? row) => row is null ? null : rows.Write(row) ?? [];

    private static int Append(Span<byte> whole, byte[]? bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(whole, bytes?.Length ?? None);
        bytes?.CopyTo(whole[sizeof(int)..]);
        return sizeof(int) + (bytes?.Length ?? 0);
    }

    private object?[]? Next(byte[] bytes, ref int at)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
        at += sizeof(int);
        if (length == None)
        {
            return null;
        }

        var row = rows.Read(bytes[at..(at + length)]);
        at += length;
        return row;
    }
}
