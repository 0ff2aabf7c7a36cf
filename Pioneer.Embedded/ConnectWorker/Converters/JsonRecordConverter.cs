using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Converters;

/// <summary>
/// <c>org.apache.kafka.connect.json.JsonConverter</c>: bare JSON, or the envelope <c>{"schema":…,"payload":…}</c>. Timestamps travel as
/// epoch milliseconds, dates as epoch days, decimals as numbers or as the base64 of the unscaled integer.
/// </summary>
internal sealed class JsonRecordConverter(bool schemasEnabled, bool decimalsAsNumbers) : IRecordConverter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public byte[]? Convert(ConnectSchema? schema, object? value)
    {
        if (value is null && (schema is null || !schemasEnabled))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            if (schemasEnabled)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("schema");
                WriteSchema(writer, schema, null);
                writer.WritePropertyName("payload");
                WriteValue(writer, schema, value);
                writer.WriteEndObject();
            }
            else
            {
                WriteValue(writer, schema, value);
            }
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteValue(Utf8JsonWriter writer, ConnectSchema? schema, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long number: writer.WriteNumberValue(number); break;
            case int number: writer.WriteNumberValue(number); break;
            case short number: writer.WriteNumberValue(number); break;
            case sbyte number: writer.WriteNumberValue(number); break;
            case double number: WriteFloat(writer, number); break;
            case float number: WriteFloat(writer, number); break;
            case BigDecimal number: WriteDecimal(writer, schema, number); break;
            case byte[] bytes: writer.WriteBase64StringValue(bytes); break;
            case SourceInstant time: writer.WriteNumberValue(time.UnixMs); break;
            case EpochDate date: writer.WriteNumberValue(date.Days); break;
            case TimeOfDay time: writer.WriteNumberValue(time.Ms); break;
            case ConnectStruct row: WriteStruct(writer, row); break;
            default: throw new ConnectDataException($"JSON has no form for a value of {value.GetType().Name}");
        }
    }

    private void WriteStruct(Utf8JsonWriter writer, ConnectStruct row)
    {
        writer.WriteStartObject();
        var fields = row.Schema.Fields;
        for (var at = 0; at < fields.Length; at++)
        {
            writer.WritePropertyName(fields[at].Name);
            WriteValue(writer, fields[at].Schema, row.Values[at]);
        }

        writer.WriteEndObject();
    }

    private static void WriteFloat(Utf8JsonWriter writer, double number)
    {
        if (!double.IsFinite(number))
        {
            throw new ConnectDataException($"JSON has no form for the number {number}");
        }

        writer.WriteNumberValue(number);
    }

    private void WriteDecimal(Utf8JsonWriter writer, ConnectSchema? schema, BigDecimal number)
    {
        if (decimalsAsNumbers)
        {
            writer.WriteRawValue(number.ToString(), skipInputValidation: true);
            return;
        }

        var fitted = number.SetScale(schema?.Scale ?? number.Scale);
        if (fitted != number)
        {
            throw new ConnectDataException($"{number} has more than the {fitted.Scale} decimals of its column");
        }

        writer.WriteBase64StringValue(fitted.Unscaled.ToByteArray(isBigEndian: true));
    }

    private static void WriteSchema(Utf8JsonWriter writer, ConnectSchema? schema, string? field)
    {
        if (schema is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", TypeName(schema.Type));
        if (schema.Type == SchemaType.Struct)
        {
            writer.WriteStartArray("fields");
            foreach (var inner in schema.Fields)
            {
                WriteSchema(writer, inner.Schema, inner.Name);
            }

            writer.WriteEndArray();
        }

        writer.WriteBoolean("optional", schema.IsOptional);
        if (schema.Name is not null)
        {
            writer.WriteString("name", schema.Name);
            if (schema.IsLogical)
            {
                writer.WriteNumber("version", 1);
            }
        }

        if (schema.Scale is { } scale)
        {
            writer.WriteStartObject("parameters");
            writer.WriteString("scale", scale.ToString(System.Globalization.CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        if (field is not null)
        {
            writer.WriteString("field", field);
        }

        writer.WriteEndObject();
    }

    private static string TypeName(SchemaType type) => type switch
    {
        SchemaType.Float32 => "float",
        SchemaType.Float64 => "double",
        _ => type.ToString().ToLowerInvariant(),
    };
}
