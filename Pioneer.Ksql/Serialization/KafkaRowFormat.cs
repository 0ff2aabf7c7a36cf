using System.Buffers.Binary;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Serialization;

/// <summary>Kafka's serialisers: INTEGER 4 bytes, BIGINT and DOUBLE 8 bytes, all big endian; STRING as UTF-8; BYTES as they are.</summary>
internal sealed class KafkaRowFormat(IReadOnlyList<Column> columns) : RowFormat
{
    /// <summary>Whether there is a serialiser for a type.</summary>
    public static bool Carries(SqlType type) =>
        type.BaseType is SqlBaseType.Integer or SqlBaseType.Bigint or SqlBaseType.Double or SqlBaseType.String or SqlBaseType.Bytes;

    public override object?[]? Read(byte[]? bytes)
    {
        if (columns.Count == 0)
        {
            return [];
        }

        return bytes is null ? null : [ReadCell(bytes, columns[0].Type)];
    }

    public override byte[]? Write(ReadOnlySpan<object?> cells)
    {
        if (cells.IsEmpty || cells[0] is not { } cell)
        {
            return null;
        }

        byte[] bytes;
        switch (cell)
        {
            case int i:
                bytes = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(bytes, i);
                return bytes;
            case long l:
                bytes = new byte[8];
                BinaryPrimitives.WriteInt64BigEndian(bytes, l);
                return bytes;
            case double d:
                bytes = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(bytes, d);
                return bytes;
            case string s:
                return StrictUtf8.Write(s);
            case byte[] raw:
                return raw;
            default:
                throw new InvalidOperationException($"The 'KAFKA' format does not support type '{columns[0].Type.BaseType}'");
        }
    }

    private static object ReadCell(byte[] bytes, SqlType type) => type.BaseType switch
    {
        SqlBaseType.Integer when bytes.Length == 4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
        SqlBaseType.Bigint when bytes.Length == 8 => BinaryPrimitives.ReadInt64BigEndian(bytes),
        SqlBaseType.Double when bytes.Length == 8 => BinaryPrimitives.ReadDoubleBigEndian(bytes),
        SqlBaseType.String => StrictUtf8.Read(bytes),
        SqlBaseType.Bytes => bytes,
        _ => throw new FormatException($"{bytes.Length} bytes are no {type}"),
    };
}
