using System.Collections.Immutable;
using System.Text;

namespace Pioneer.Ksql.Types;

/// <summary>The kinds of SQL types that ksqlDB knows; the member names in upper case are the words it prints.</summary>
public enum SqlBaseType
{
    /// <summary>Two-valued truth; carried as <see cref="bool"/>.</summary>
    Boolean,

    /// <summary>32 bit; carried as <see cref="int"/>.</summary>
    Integer,

    /// <summary>64 bit; carried as <see cref="long"/>.</summary>
    Bigint,

    /// <summary>Exact decimal; carried as <see cref="BigDecimal"/>.</summary>
    Decimal,

    /// <summary>IEEE 754; carried as <see cref="double"/>.</summary>
    Double,

    /// <summary>Text; carried as <see cref="string"/>.</summary>
    String,

    /// <summary>Raw bytes; carried as an array of <see cref="byte"/>.</summary>
    Bytes,

    /// <summary>Calendar date; carried as <see cref="int"/>, days since 1970-01-01.</summary>
    Date,

    /// <summary>Time of day; carried as <see cref="int"/>, milliseconds since midnight.</summary>
    Time,

    /// <summary>Instant; carried as <see cref="long"/>, milliseconds since 1970-01-01T00:00Z.</summary>
    Timestamp,

    /// <summary>List of one type; carried as an array of objects.</summary>
    Array,

    /// <summary>Keys to values; carried as a dictionary from object to object.</summary>
    Map,

    /// <summary>Named fields; carried as an array of objects in field order.</summary>
    Struct,
}

/// <summary>
/// A SQL type of ksqlDB. Equality is structural; <see cref="ToString"/> prints as ksqlDB prints types in schemas and messages
/// (<c>DECIMAL(4, 2)</c>, <c>ARRAY&lt;STRING&gt;</c>, <c>STRUCT&lt;`F` INTEGER&gt;</c>).
/// </summary>
public abstract record SqlType
{
    private protected SqlType(SqlBaseType baseType) => BaseType = baseType;

    /// <summary>BOOLEAN.</summary>
    public static SqlType Boolean { get; } = new SqlBoolean();

    /// <summary>INTEGER.</summary>
    public static SqlType Integer { get; } = new SqlInteger();

    /// <summary>BIGINT.</summary>
    public static SqlType Bigint { get; } = new SqlBigint();

    /// <summary>DOUBLE.</summary>
    public static SqlType Double { get; } = new SqlDouble();

    /// <summary>STRING (VARCHAR).</summary>
    public static SqlType String { get; } = new SqlString();

    /// <summary>BYTES.</summary>
    public static SqlType Bytes { get; } = new SqlBytes();

    /// <summary>DATE.</summary>
    public static SqlType Date { get; } = new SqlDate();

    /// <summary>TIME.</summary>
    public static SqlType Time { get; } = new SqlTime();

    /// <summary>TIMESTAMP.</summary>
    public static SqlType Timestamp { get; } = new SqlTimestamp();

    /// <summary>The family this type belongs to.</summary>
    public SqlBaseType BaseType { get; }

    /// <summary>INTEGER, BIGINT, DECIMAL or DOUBLE.</summary>
    public bool IsNumeric => BaseType is SqlBaseType.Integer or SqlBaseType.Bigint or SqlBaseType.Decimal or SqlBaseType.Double;

    /// <summary>DATE, TIME or TIMESTAMP.</summary>
    public bool IsTemporal => BaseType is SqlBaseType.Date or SqlBaseType.Time or SqlBaseType.Timestamp;

    /// <summary>DECIMAL with its precision (1 or more) and scale (0 to precision).</summary>
    public static SqlDecimal Decimal(int precision, int scale) => new(precision, scale);

    /// <summary>ARRAY of <paramref name="element"/>.</summary>
    public static SqlArray Array(SqlType element) => new(element);

    /// <summary>MAP from <paramref name="key"/> to <paramref name="value"/>.</summary>
    public static SqlMap Map(SqlType key, SqlType value) => new(key, value);

    /// <summary>STRUCT with fields in this order.</summary>
    public static SqlStruct Struct(params IEnumerable<SqlField> fields) => new([.. fields]);

    /// <summary>Parses a type as a statement spells it or as ksqlDB prints it.</summary>
    /// <exception cref="FormatException">The text is not a type.</exception>
    public static SqlType Parse(string text) =>
        TryParse(text, out var type, out var error) ? type! : throw new FormatException(error);

    /// <summary>Parses a type; on failure <paramref name="error"/> says what is wrong.</summary>
    public static bool TryParse(string text, out SqlType? type, out string? error) =>
        SqlTypeParser.TryParseType(text, out type, out error);

    /// <summary>The type as ksqlDB prints it.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Print(text);
        return text.ToString();
    }

    /// <summary>Appends the printed form.</summary>
    internal abstract void Print(StringBuilder text);
}

/// <summary>BOOLEAN.</summary>
public sealed record SqlBoolean() : SqlType(SqlBaseType.Boolean)
{
    internal override void Print(StringBuilder text) => text.Append("BOOLEAN");
}

/// <summary>INTEGER (also spelled INT).</summary>
public sealed record SqlInteger() : SqlType(SqlBaseType.Integer)
{
    internal override void Print(StringBuilder text) => text.Append("INTEGER");
}

/// <summary>BIGINT.</summary>
public sealed record SqlBigint() : SqlType(SqlBaseType.Bigint)
{
    internal override void Print(StringBuilder text) => text.Append("BIGINT");
}

/// <summary>DOUBLE.</summary>
public sealed record SqlDouble() : SqlType(SqlBaseType.Double)
{
    internal override void Print(StringBuilder text) => text.Append("DOUBLE");
}

/// <summary>STRING (also spelled VARCHAR).</summary>
public sealed record SqlString() : SqlType(SqlBaseType.String)
{
    internal override void Print(StringBuilder text) => text.Append("STRING");
}

/// <summary>BYTES.</summary>
public sealed record SqlBytes() : SqlType(SqlBaseType.Bytes)
{
    internal override void Print(StringBuilder text) => text.Append("BYTES");
}

/// <summary>DATE.</summary>
public sealed record SqlDate() : SqlType(SqlBaseType.Date)
{
    internal override void Print(StringBuilder text) => text.Append("DATE");
}

/// <summary>TIME.</summary>
public sealed record SqlTime() : SqlType(SqlBaseType.Time)
{
    internal override void Print(StringBuilder text) => text.Append("TIME");
}

/// <summary>TIMESTAMP.</summary>
public sealed record SqlTimestamp() : SqlType(SqlBaseType.Timestamp)
{
    internal override void Print(StringBuilder text) => text.Append("TIMESTAMP");
}

/// <summary>DECIMAL(precision, scale). Both are always present in ksqlDB.</summary>
public sealed record SqlDecimal(int Precision, int Scale) : SqlType(SqlBaseType.Decimal)
{
    /// <summary>What is wrong with a precision and scale in ksqlDB's words, or null when they are fine.</summary>
    public static string? Validate(int precision, int scale)
    {
        if (precision < 1)
        {
            return $"DECIMAL precision must be >= 1: DECIMAL({precision},{scale})";
        }

        if (scale < 0)
        {
            return $"DECIMAL scale must be >= 0: DECIMAL({precision},{scale})";
        }

        return precision < scale ? $"DECIMAL precision must be >= scale: DECIMAL({precision},{scale})" : null;
    }

    internal override void Print(StringBuilder text) =>
        text.Append("DECIMAL(").Append(Precision).Append(", ").Append(Scale).Append(')');
}

/// <summary>ARRAY of one element type.</summary>
public sealed record SqlArray(SqlType Element) : SqlType(SqlBaseType.Array)
{
    internal override void Print(StringBuilder text)
    {
        text.Append("ARRAY<");
        Element.Print(text);
        text.Append('>');
    }
}

/// <summary>MAP from a key type to a value type.</summary>
public sealed record SqlMap(SqlType Key, SqlType Value) : SqlType(SqlBaseType.Map)
{
    internal override void Print(StringBuilder text)
    {
        text.Append("MAP<");
        Key.Print(text);
        text.Append(", ");
        Value.Print(text);
        text.Append('>');
    }
}

/// <summary>One field of a STRUCT; the name is exact (already folded or unquoted).</summary>
public sealed record SqlField(string Name, SqlType Type);

/// <summary>STRUCT with named fields in order.</summary>
public sealed record SqlStruct(ImmutableArray<SqlField> Fields) : SqlType(SqlBaseType.Struct)
{
    /// <summary>The field's position, or -1; names compare exactly.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (string.Equals(Fields[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Structural: the same fields in the same order.</summary>
    public bool Equals(SqlStruct? other) => other is not null && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var field in Fields)
        {
            hash.Add(field);
        }

        return hash.ToHashCode();
    }

    internal override void Print(StringBuilder text)
    {
        text.Append("STRUCT<");
        for (var i = 0; i < Fields.Length; i++)
        {
            text.Append(i == 0 ? string.Empty : ", ").Append(Identifiers.Quote(Fields[i].Name)).Append(' ');
            Fields[i].Type.Print(text);
        }

        text.Append('>');
    }
}
