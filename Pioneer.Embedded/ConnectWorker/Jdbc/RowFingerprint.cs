using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>Tells rows apart: the same for the same values in every process. Stored in offsets, so that the text that it is made from must not change.</summary>
internal static class RowFingerprint
{
    public static long Of(ConnectStruct row)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var value in row.Values)
            {
                Write(writer, value);
            }

            writer.WriteEndArray();
        }

        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long number: writer.WriteNumberValue(number); break;
            case int number: writer.WriteNumberValue(number); break;
            case short number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(number); break;
            case float number: writer.WriteNumberValue(number); break;
            case BigDecimal number: writer.WriteRawValue(number.ToString(), skipInputValidation: true); break;
            case byte[] bytes: writer.WriteBase64StringValue(bytes); break;
            case SourceInstant { Utc: { } utc }: writer.WriteStringValue(utc); break;
            default: writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
