using System.Buffers;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pioneer.Embedded.Connect.Data;

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
            case decimal number: WriteDecimal(writer, schema, number); break;
            case byte[] bytes: writer.WriteBase64StringValue(bytes); break;
            case DateTime time: writer.WriteNumberValue(EpochMs(time)); break;
            case DateOnly date: writer.WriteNumberValue(date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber); break;
            case TimeOnly time: writer.WriteNumberValue(time.Ticks / TimeSpan.TicksPerMillisecond); break;
            case ConnectStruct row: WriteStruct(writer, row); break;
            default: throw new ConnectDataException($"JSON has no form for a value of {value.GetType().Name}");
        }
    }

    public static long EpochMs(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;

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

    private void WriteDecimal(Utf8JsonWriter writer, ConnectSchema? schema, decimal number)
    {
        if (decimalsAsNumbers)
        {
            writer.WriteNumberValue(number);
            return;
        }

        var scale = schema?.Scale ?? number.Scale;
        var unscaled = Unscaled(number) * BigInteger.Pow(10, Math.Max(0, scale - number.Scale));
        if (number.Scale > scale)
        {
            throw new ConnectDataException($"{number} has more than the {scale} decimals of its column");
        }

        writer.WriteBase64StringValue(unscaled.ToByteArray(isBigEndian: true));
    }

    private static BigInteger Unscaled(decimal number)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number, parts);
        var magnitude = (new BigInteger((uint)parts[2]) << 64) + (new BigInteger((uint)parts[1]) << 32) + (uint)parts[0];
        return parts[3] < 0 ? -magnitude : magnitude;
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
