using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary><c>Cast</c>: <c>spec=field:type,…</c> for a struct, <c>spec=type</c> for a bare key or value.</summary>
internal sealed class CastFields : ITransform
{
    private readonly RecordSide _side;
    private readonly SchemaType? _whole;
    private readonly ImmutableDictionary<string, SchemaType> _fields;
    private readonly SchemaMemo _schemas;

    public CastFields(ConfigView config, RecordSide side)
    {
        config.Require("spec");
        _side = side;
        var fields = ImmutableDictionary.CreateBuilder<string, SchemaType>(StringComparer.Ordinal);
        foreach (var entry in config.GetList("spec"))
        {
            var parts = entry.Split(':');
            if (!Enum.TryParse<SchemaType>(parts[^1], ignoreCase: true, out var type) || type is SchemaType.Struct or SchemaType.Bytes)
            {
                throw config.Invalid("spec", entry, $"Unsupported type for cast: {parts[^1]}");
            }

            if (parts.Length == 1)
            {
                _whole = type;
            }
            else
            {
                fields[parts[0]] = type;
            }
        }

        _fields = fields.ToImmutable();
        _schemas = new SchemaMemo(schema => ConnectSchema.StructOf(schema.Name, schema.Fields.Select(Target)));
    }

    public SourceRecord Apply(SourceRecord record)
    {
        if (record.Datum(_side) is not { } datum)
        {
            return record;
        }

        if (_whole is { } type)
        {
            var target = ConnectSchema.Of(type, record.DatumSchema(_side)?.IsOptional ?? true);
            return record.With(_side, target, ValueCast.Cast(datum, target));
        }

        var row = record.RequireStruct(_side, "casting fields");
        var schema = _schemas.For(row.Schema);
        return record.With(_side, schema, new ConnectStruct(
            schema,
            [.. row.Values.Select((value, at) => ReferenceEquals(schema.Fields[at].Schema, row.Schema.Fields[at].Schema)
                ? value
                : ValueCast.Cast(value, schema.Fields[at].Schema))]));
    }

    private ConnectField Target(ConnectField field) => _fields.TryGetValue(field.Name, out var type)
        ? field with { Schema = ConnectSchema.Of(type, field.Schema.IsOptional) }
        : field;
}

/// <summary>Conversion between Connect's primitive types, as <c>Cast</c> does it: overflow wraps into an error, text is parsed.</summary>
internal static class ValueCast
{
    public static object? Cast(object? value, ConnectSchema target)
    {
        if (value is null)
        {
            return null;
        }

        var plain = value switch
        {
            SourceInstant time => time.UnixMs,
            EpochDate date => date.Days,
            TimeOfDay time => time.Ms,
            _ => value,
        };
        try
        {
            var culture = CultureInfo.InvariantCulture;
            return target.Type switch
            {
                SchemaType.Int8 => Convert.ToSByte(Truncated(plain), culture),
                SchemaType.Int16 => Convert.ToInt16(Truncated(plain), culture),
                SchemaType.Int32 => Convert.ToInt32(Truncated(plain), culture),
                SchemaType.Int64 => Convert.ToInt64(Truncated(plain), culture),
                SchemaType.Float32 => Convert.ToSingle(Binary(plain), culture),
                SchemaType.Float64 => Convert.ToDouble(Binary(plain), culture),
                SchemaType.Boolean => plain is string text ? bool.Parse(text) : Convert.ToBoolean(Binary(plain), culture),
                SchemaType.String => plain is bool flag ? (flag ? "true" : "false") : Convert.ToString(plain, culture),
                SchemaType.Bytes when target.Scale is { } scale => BigDecimal.Parse(Convert.ToString(plain, culture)!).SetScale(scale),
                _ => throw new ConnectDataException($"Unsupported type for cast: {target.Type}"),
            };
        }
        catch (Exception error) when (error is FormatException or OverflowException or InvalidCastException)
        {
            throw new ConnectDataException($"'{value}' cannot be cast to {target.Type}: {error.Message}", error);
        }
    }

    private static object Truncated(object value) => value switch
    {
        double number => Math.Truncate(number),
        float number => Math.Truncate(number),
        BigDecimal number => checked((long)number.Truncate().Unscaled),
        _ => value,
    };

    private static object Binary(object value) => value is BigDecimal number ? number.ToDouble() : value;
}
