using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Rows;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>Turns the JSON of cases into the bytes of a topic, and bytes into what is compared.</summary>
/// <param name="format">How the topic is written.</param>
/// <param name="columns">The columns of the key, or of the value.</param>
internal sealed class CaseFormat(FormatSpec format, Column[] columns)
{
    /// <summary>The bytes of a key or a value.</summary>
    public byte[]? Write(JsonElement json) => format.Kind switch
    {
        _ when json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null => null,
        FormatKind.None => null,
        FormatKind.Json => Encoding.UTF8.GetBytes(Plain(json)),
        FormatKind.Kafka when columns.Length > 0 => WriteKafka(json, columns[0].Type),
        _ => Encoding.UTF8.GetBytes(Text(json)),
    };

    /// <summary>The value of bytes: JSON, as it stands there.</summary>
    public CaseValue Read(byte[]? bytes)
    {
        if (bytes is null || format.Kind == FormatKind.None)
        {
            return CaseValue.Null;
        }

        switch (format.Kind)
        {
            case FormatKind.Json:
                return new CaseValue(JsonDocument.Parse(bytes).RootElement, columns);
            case FormatKind.Kafka when columns.Length > 0:
                var json = ReadKafka(bytes, columns[0].Type);
                return new CaseValue(JsonDocument.Parse(json).RootElement, columns);
            default:
                return new CaseValue(JsonDocument.Parse(JsonSerializer.Serialize(Encoding.UTF8.GetString(bytes))).RootElement, []);
        }
    }

    /// <summary>The bytes of a key in a window.</summary>
    public static byte[]? InWindow(byte[]? key, JsonElement? window)
    {
        if (window is not { } w)
        {
            return key;
        }

        var isSession = w.GetProperty("type").GetString()!.Equals("session", StringComparison.OrdinalIgnoreCase);
        var suffix = new byte[isSession ? 16 : 8];
        if (isSession)
        {
            BinaryPrimitives.WriteInt64BigEndian(suffix, w.GetProperty("end").GetInt64());
        }

        BinaryPrimitives.WriteInt64BigEndian(suffix.AsSpan(suffix.Length - 8), w.GetProperty("start").GetInt64());
        return [.. key ?? [], .. suffix];
    }

    /// <summary>Takes the window off the bytes of a key.</summary>
    public static (byte[]? Key, WindowBounds? Window) OffWindow(byte[]? key, WindowInfo? info)
    {
        if (info is null || key is null)
        {
            return (key, null);
        }

        var isSession = info.Kind == WindowKind.Session;
        var length = key.Length - (isSession ? 16 : 8);
        var start = BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(key.Length - 8));
        var end = isSession ? BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(length)) : start + (info.SizeMs ?? 0);
        return (key[..length], new WindowBounds(start, end, isSession));
    }

    private static byte[] WriteKafka(JsonElement json, SqlType type)
    {
        var bytes = new byte[8];
        switch (type.BaseType)
        {
            case SqlBaseType.Integer:
                BinaryPrimitives.WriteInt32BigEndian(bytes, (int)Whole(json));
                return bytes[..4];
            case SqlBaseType.Bigint:
                BinaryPrimitives.WriteInt64BigEndian(bytes, (long)Whole(json));
                return bytes;
            case SqlBaseType.Double:
                BinaryPrimitives.WriteDoubleBigEndian(bytes, double.Parse(Text(json), CultureInfo.InvariantCulture));
                return bytes;
            default:
                return Encoding.UTF8.GetBytes(Text(json));
        }
    }

    private static string ReadKafka(byte[] bytes, SqlType type) => type.BaseType switch
    {
        SqlBaseType.Integer => BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
        SqlBaseType.Bigint => BinaryPrimitives.ReadInt64BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
        SqlBaseType.Double => JavaText.Of(BinaryPrimitives.ReadDoubleBigEndian(bytes)),
        _ => JsonSerializer.Serialize(Encoding.UTF8.GetString(bytes)),
    };

    private static decimal Whole(JsonElement json) => decimal.Parse(Text(json), NumberStyles.Any, CultureInfo.InvariantCulture);

    private static string Text(JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();

    // Numbers with exponents are written out.
    private static string Plain(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = json.EnumerateObject().Select(p => $"{JsonSerializer.Serialize(p.Name)}:{Plain(p.Value)}");
                return $"{{{string.Join(',', fields)}}}";
            case JsonValueKind.Array:
                return $"[{string.Join(',', json.EnumerateArray().Select(Plain))}]";
            case JsonValueKind.Number when json.GetRawText().AsSpan().IndexOfAny('e', 'E') >= 0:
                return BigDecimal.Parse(json.GetRawText()).ToString();
            default:
                return json.GetRawText();
        }
    }
}

/// <summary>What came out: a key or a value, and the types that its fields have where that matters.</summary>
/// <param name="Json">The value; undefined for none.</param>
/// <param name="Columns">Its columns.</param>
internal readonly record struct CaseValue(JsonElement Json, Column[] Columns)
{
    /// <summary>Nothing.</summary>
    public static CaseValue Null { get; } = new(default, []);

    /// <summary>Whether there is nothing.</summary>
    public bool IsNull => Json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
}
