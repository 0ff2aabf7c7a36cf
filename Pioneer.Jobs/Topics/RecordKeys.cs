using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Pioneer.Jobs.Topics;

/// <summary>Keys and values as people read them, and which key is the one that a person typed.</summary>
internal static class RecordKeys
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null for null.</summary>
    public static RecordText? Text(byte[]? bytes)
    {
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return new RecordText(Strict.GetString(bytes), IsBase64: false);
        }
        catch (DecoderFallbackException)
        {
            return new RecordText(Convert.ToBase64String(bytes), IsBase64: true);
        }
    }

    public static TopicRecord Record(ConsumeResult<byte[]?, byte[]?> read) => new(
        read.Partition.Value, read.Offset.Value,
        read.Message.Timestamp.Type is TimestampType.NotAvailable ? null : DateTimeOffset.FromUnixTimeMilliseconds(read.Message.Timestamp.UnixTimestampMs),
        Text(read.Message.Key), Text(read.Message.Value),
        [.. read.Message.Headers?.Select(header => new RecordHeader(header.Key, Text(header.GetValueBytes()))) ?? []]);

    /// <summary>
    /// A key fits when it is the text, the same JSON written otherwise, or a JSON string that says the text: <c>TR01</c> finds <c>"TR01"</c>. Bytes that are no text
    /// fit as base64.
    /// </summary>
    public static Func<ConsumeResult<byte[]?, byte[]?>, bool> Fits(string wanted)
    {
        var bytes = Encoding.UTF8.GetBytes(wanted);
        var json = Json(bytes);
        return read => read.Message.Key is { } key
            && (key.AsSpan().SequenceEqual(bytes) || IsSameJson(key, wanted, json) || (Text(key) is { IsBase64: true } binary && binary.Text == wanted));
    }

    private static bool IsSameJson(byte[] key, string wanted, JsonElement? json)
    {
        try
        {
            return Json(key) is { } found
                && ((found.ValueKind is JsonValueKind.String && found.GetString() == wanted) || (json is { } asked && JsonElement.DeepEquals(found, asked)));
        }
        catch (InvalidOperationException)
        {
            // half of a surrogate pair, or quoted bytes that are not UTF-8: JSON by its form, and the text of nobody
            return false;
        }
    }

    // most keys that do not fit are told from a text by their first byte
    private static JsonElement? Json(byte[] bytes)
    {
        if (bytes is not [(byte)'"' or (byte)'{' or (byte)'[' or (byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..])
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<JsonElement>(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
