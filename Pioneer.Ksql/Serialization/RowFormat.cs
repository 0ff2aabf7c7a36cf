using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Serialization;

/// <summary>Reads and writes the key or the value of records as cells, one a column. One thread at a time.</summary>
public abstract class RowFormat
{
    /// <summary>The format over these columns.</summary>
    public static RowFormat For(FormatSpec spec, IReadOnlyList<Column> columns) => spec.Kind switch
    {
        FormatKind.Json => new JsonRowFormat(columns, spec.Unwrapped),
        FormatKind.Kafka => new KafkaRowFormat(columns),
        FormatKind.Delimited => new DelimitedRowFormat(columns, spec.Delimiter),
        _ => new NoneRowFormat(),
    };

    /// <summary>The cells, or null where the bytes stand for no row at all (a tombstone).</summary>
    /// <exception cref="FormatException">The bytes are not what the columns say.</exception>
    public abstract object?[]? Read(byte[]? bytes);

    /// <summary>The bytes; null for no row.</summary>
    public abstract byte[]? Write(ReadOnlySpan<object?> cells);

    private sealed class NoneRowFormat : RowFormat
    {
        public override object?[]? Read(byte[]? bytes) => [];

        public override byte[]? Write(ReadOnlySpan<object?> cells) => null;
    }
}
