using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pioneer.Embedded.Connect.Data;

/// <summary>The physical types of Kafka Connect's data model that the worker carries.</summary>
internal enum SchemaType
{
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Boolean,
    String,
    Bytes,
    Struct,
}

/// <summary>
/// Kafka Connect's schema of a value: a physical type and, for logical types, a name. Values are held as CLR values: integers, floats,
/// <see cref="bool"/>, <see cref="string"/>, <c>byte[]</c>, <see cref="ConnectStruct"/>; logical ones as <see cref="Pioneer.Ksql.Types.BigDecimal"/>,
/// <see cref="EpochDate"/>, <see cref="TimeOfDay"/> and <see cref="Sources.SourceInstant"/>.
/// </summary>
internal sealed class ConnectSchema
{
    public const string DecimalName = "org.apache.kafka.connect.data.Decimal";
    public const string DateName = "org.apache.kafka.connect.data.Date";
    public const string TimeName = "org.apache.kafka.connect.data.Time";
    public const string TimestampName = "org.apache.kafka.connect.data.Timestamp";

    private readonly FrozenDictionary<string, int> _index;

    private ConnectSchema(SchemaType type, bool optional, string? name, int? scale, ImmutableArray<ConnectField> fields)
    {
        Type = type;
        IsOptional = optional;
        Name = name;
        Scale = scale;
        Fields = fields;
        _index = fields.Select((field, at) => KeyValuePair.Create(field.Name, at)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    public SchemaType Type { get; }

    public bool IsOptional { get; }

    /// <summary>Name of a logical type or of a struct; null for a plain type.</summary>
    public string? Name { get; }

    /// <summary>Digits after the point; only for <see cref="DecimalName"/>.</summary>
    public int? Scale { get; }

    public ImmutableArray<ConnectField> Fields { get; }

    public bool IsLogical => Name is DecimalName or DateName or TimeName or TimestampName;

    public static ConnectSchema Of(SchemaType type, bool optional) => new(type, optional, null, null, []);

    public static ConnectSchema Decimal(int scale, bool optional) => new(SchemaType.Bytes, optional, DecimalName, scale, []);

    public static ConnectSchema Date(bool optional) => new(SchemaType.Int32, optional, DateName, null, []);

    public static ConnectSchema Time(bool optional) => new(SchemaType.Int32, optional, TimeName, null, []);

    public static ConnectSchema Timestamp(bool optional) => new(SchemaType.Int64, optional, TimestampName, null, []);

    public static ConnectSchema StructOf(string? name, IEnumerable<ConnectField> fields) =>
        new(SchemaType.Struct, false, name, null, [.. fields]);

    /// <summary>Position of a field, or -1.</summary>
    public int IndexOf(string field) => _index.GetValueOrDefault(field, -1);
}

/// <summary>One field of a struct schema.</summary>
internal sealed record ConnectField(string Name, ConnectSchema Schema);

/// <summary>Values in the order of a struct schema's fields.</summary>
internal sealed class ConnectStruct(ConnectSchema schema, object?[] values)
{
    public ConnectSchema Schema { get; } = schema;

    public object?[] Values { get; } = values;

    /// <summary>The value of a field; an absent field is an error that names the known ones.</summary>
    public object? Get(string field) => Values[Locate(field)];

    public int Locate(string field)
    {
        var at = Schema.IndexOf(field);
        return at >= 0
            ? at
            : throw new ConnectDataException(
                $"Unknown field: {field}. The record has: {string.Join(", ", Schema.Fields.Select(known => known.Name))}");
    }

    public override string ToString() =>
        $"Struct{{{string.Join(",", Schema.Fields.Select((field, at) => (field.Name, Value: Values[at]))
            .Where(pair => pair.Value is not null)
            .Select(pair => $"{pair.Name}={pair.Value}"))}}}";
}

/// <summary>A record cannot be transformed or converted; <c>errors.tolerance=all</c> skips such records.</summary>
internal sealed class ConnectDataException(string message, Exception? inner = null) : Exception(message, inner);
