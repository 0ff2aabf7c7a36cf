using System.Globalization;
using System.Text.Json;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Serialization;

/// <summary>
/// Single values in JSON as topics carry them: DATE and TIME as numbers, TIMESTAMP as epoch milliseconds, BYTES as base64,
/// DECIMAL as a number with all its digits. Reading is as lenient as ksqlDB's: numbers may come as text, anything may become a STRING.
/// </summary>
internal static class JsonCells
{
    /// <summary>So much of a wrong value is shown.</summary>
    private const int MaxShown = 60;

    private const int MsPerDay = 86_400_000;

    /// <summary>The value of an element as a type; JSON null is null.</summary>
    /// <exception cref="FormatException">It is not of that type.</exception>
    public static object? Read(JsonElement element, SqlType type)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        switch (type)
        {
            case { BaseType: SqlBaseType.String }:
                return ReadString(element);
            case { BaseType: SqlBaseType.Boolean } when element.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            case { BaseType: SqlBaseType.Integer or SqlBaseType.Date or SqlBaseType.Time }:
                return (int)ReadLong(element, type);
            case { BaseType: SqlBaseType.Bigint or SqlBaseType.Timestamp }:
                return ReadLong(element, type);
            case { BaseType: SqlBaseType.Double }:
                return ReadDouble(element, type);
            case SqlDecimal d:
                return ReadDecimal(element, d);
            case { BaseType: SqlBaseType.Bytes } when element.ValueKind == JsonValueKind.String:
                return element.TryGetBytesFromBase64(out var bytes) ? bytes : throw Wrong(element, type);
            case SqlArray array when element.ValueKind == JsonValueKind.Array:
                return element.EnumerateArray().Select(e => Read(e, array.Element)).ToArray();
            case SqlMap map when element.ValueKind == JsonValueKind.Object:
                return ReadMap(element, map);
            case SqlStruct record when element.ValueKind == JsonValueKind.Object:
                return ReadStruct(element, record);
            default:
                throw Wrong(element, type);
        }
    }

    /// <summary>Writes a value of a type.</summary>
    public static void Write(Utf8JsonWriter writer, object? value, SqlType type)
    {
        switch (value)
        {
            case int i:
                writer.WriteNumberValue(i);
                break;
            case long l:
                writer.WriteNumberValue(l);
                break;
            case object?[] items when type is SqlArray array:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item, array.Element);
                }

                writer.WriteEndArray();
                break;
            case object?[] fields when type is SqlStruct record:
                writer.WriteStartObject();
                for (var i = 0; i < fields.Length; i++)
                {
                    writer.WritePropertyName(record.Fields[i].Name);
                    Write(writer, fields[i], record.Fields[i].Type);
                }

                writer.WriteEndObject();
                break;
            case Dictionary<object, object?> entries when type is SqlMap map:
                writer.WriteStartObject();
                foreach (var (key, item) in entries)
                {
                    JsonText.WriteName(writer, SqlText.Of(key, map.Key)!);
                    Write(writer, item, map.Value);
                }

                writer.WriteEndObject();
                break;
            default:
                JsonText.Write(writer, value, type);
                break;
        }
    }

    private static string ReadString(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => JsonText.TextOf(element),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => JsonText.Compact(element),
    };

    private static string Scalar(JsonElement element, SqlType type) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.String => JsonText.TextOf(element).Trim(),
        _ => throw Wrong(element, type),
    };

    private static long ReadLong(JsonElement element, SqlType type)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value))
        {
            return Ranged(value, element, type);
        }

        var text = Scalar(element, type);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            ? Ranged(value, element, type)
            : element.ValueKind == JsonValueKind.Number && BigDecimal.TryParse(text) is { } number && number.Truncate().Equals((BigDecimal)number.ToLong())
                ? Ranged(number.ToLong(), element, type)
                : throw Wrong(element, type);
    }

    /// <summary>A whole number; a fraction is cut off, as ksqlDB does. What does not fit is refused: cut to fewer bits it would be another number.</summary>
    private static long Ranged(long value, JsonElement element, SqlType type) => type.BaseType switch
    {
        SqlBaseType.Bigint or SqlBaseType.Timestamp => value,
        SqlBaseType.Time when value is < 0 or >= MsPerDay => throw Wrong(element, type),
        _ => value is >= int.MinValue and <= int.MaxValue ? value : throw Wrong(element, type),
    };

    private static double ReadDouble(JsonElement element, SqlType type) =>
        double.TryParse(Scalar(element, type), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && (element.ValueKind != JsonValueKind.Number || double.IsFinite(value))
            ? value
            : throw Wrong(element, type);

    /// <summary>The number with all its digits; ksqlDB too refuses one that would have to be rounded.</summary>
    private static BigDecimal ReadDecimal(JsonElement element, SqlDecimal type) =>
        BigDecimal.TryParse(Scalar(element, type))?.FitExactlyTo(type) ?? throw Wrong(element, type);

    private static Dictionary<object, object?> ReadMap(JsonElement element, SqlMap type)
    {
        if (type.Key.BaseType != SqlBaseType.String)
        {
            throw new FormatException($"JSON objects have text keys, not {type.Key}");
        }

        var map = new Dictionary<object, object?>();
        foreach (var entry in element.EnumerateObject())
        {
            map[entry.Name] = Read(entry.Value, type.Value);
        }

        return map;
    }

    private static object?[] ReadStruct(JsonElement element, SqlStruct type)
    {
        var fields = new object?[type.Fields.Length];
        foreach (var entry in element.EnumerateObject())
        {
            for (var i = 0; i < fields.Length; i++)
            {
                if (string.Equals(type.Fields[i].Name, entry.Name, StringComparison.OrdinalIgnoreCase))
                {
                    fields[i] = Read(entry.Value, type.Fields[i].Type);
                }
            }
        }

        return fields;
    }

    private static FormatException Wrong(JsonElement element, SqlType type) =>
        new($"{Short(element.GetRawText())} is no {type}");

    private static string Short(string value) => value.Length > MaxShown ? $"{value.AsSpan(0, MaxShown)}…" : value;
}
