using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pioneer.Ksql.Types;

/// <summary>Values as JSON with dates and times spelled out, as query results and TO_JSON_STRING show them (topics carry numbers there).</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The JSON of a value of a type.</summary>
    public static string Write(object? value, SqlType type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(writer, value, type);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>An element without white space, numbers spelled as they were.</summary>
    public static string Compact(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a value of a type.</summary>
    public static void Write(Utf8JsonWriter writer, object? value, SqlType type)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool b:
                writer.WriteBooleanValue(b);
                break;
            case string s:
                WriteString(writer, s);
                break;
            case double d:
                WriteDouble(writer, d);
                break;
            case BigDecimal d:
                writer.WriteRawValue(d.ToString(), skipInputValidation: true);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case int or long when type.IsTemporal && SqlText.HasText(value, type):
                writer.WriteStringValue(SqlText.Of(value, type));
                break;
            case int i:
                writer.WriteNumberValue(i);
                break;
            case long l:
                writer.WriteNumberValue(l);
                break;
            default:
                WriteContainer(writer, value, type);
                break;
        }
    }

    /// <summary>A number as Java spells it; what JSON has no number for goes as text.</summary>
    public static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteRawValue(JavaText.Of(value), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(JavaText.Of(value));
        }
    }

    /// <summary>A text with every character that it has: half a surrogate pair, which JSON can only escape, too.</summary>
    public static void WriteString(Utf8JsonWriter writer, string value)
    {
        if (HalfSurrogates.HasAny(value))
        {
            writer.WriteRawValue(HalfSurrogates.Escape(value), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }

    /// <summary>The name of a field. A writer has no way to keep half a surrogate pair there, and would put another character in its place.</summary>
    /// <exception cref="FormatException">The name has half a surrogate pair.</exception>
    public static void WriteName(Utf8JsonWriter writer, string name)
    {
        if (HalfSurrogates.HasAny(name))
        {
            throw new FormatException("A key of a map has half a surrogate pair and cannot be the name of a JSON field.");
        }

        writer.WritePropertyName(name);
    }

    /// <summary>The text of a JSON string, half surrogate pairs kept.</summary>
    /// <exception cref="FormatException">It is no text in UTF-8.</exception>
    public static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // .NET reads no half surrogate pairs, Java and JavaScript do
            return HalfSurrogates.Read(text);
        }
    }

    private static void WriteContainer(Utf8JsonWriter writer, object value, SqlType type)
    {
        switch (type)
        {
            case SqlArray array:
                writer.WriteStartArray();
                foreach (var item in (object?[])value)
                {
                    Write(writer, item, array.Element);
                }

                writer.WriteEndArray();
                break;
            case SqlMap map:
                writer.WriteStartObject();
                foreach (var (key, item) in (Dictionary<object, object?>)value)
                {
                    WriteName(writer, SqlText.Of(key, map.Key)!);
                    Write(writer, item, map.Value);
                }

                writer.WriteEndObject();
                break;
            case SqlStruct record:
                writer.WriteStartObject();
                for (var i = 0; i < record.Fields.Length; i++)
                {
                    writer.WritePropertyName(record.Fields[i].Name);
                    Write(writer, ((object?[])value)[i], record.Fields[i].Type);
                }

                writer.WriteEndObject();
                break;
            default:
                throw new ArgumentException($"A value of {value.GetType().Name} is not a {type}", nameof(value));
        }
    }
}
