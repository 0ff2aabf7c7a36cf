using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Jobs.Topics;

namespace Pioneer.Portal.Features.Topics;

/// <summary>Records as text: one JSON object a line for files, indented JSON for reading.</summary>
public static class RecordLines
{
    // what is written goes into a file or is escaped by the page
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(OneLine) { WriteIndented = true };

    /// <summary>
    /// One line a record: <c>partition</c>, <c>offset</c>, <c>timestamp</c>, <c>key</c>, <c>value</c> and <c>headers</c> (pairs, since names may repeat). What is JSON stands as it is,
    /// other text as a string, bytes as <c>{"base64": …}</c>.
    /// </summary>
    public static string Of(IEnumerable<TopicRecord> records) => string.Concat(records.Select(record => new JsonObject
    {
        ["partition"] = record.Partition,
        ["offset"] = record.Offset,
        ["timestamp"] = record.Timestamp?.ToString("O"),
        ["key"] = Node(record.Key),
        ["value"] = Node(record.Value),
        ["headers"] = new JsonArray([.. record.Headers.Select(header => (JsonNode)new JsonArray(header.Name, Node(header.Value)))]),
    }.ToJsonString(OneLine) + "\n"));

    /// <summary>JSON with a line for each value; other text as it is.</summary>
    public static string Pretty(RecordText text)
    {
        if (text.IsBase64 || Parse(text.Text) is not { } node)
        {
            return text.Text;
        }

        return node.ToJsonString(Indented);
    }

    private static JsonNode? Node(RecordText? text) => text switch
    {
        null => null,
        { IsBase64: true } => new JsonObject { ["base64"] = text.Text },
        _ => Parse(text.Text) ?? (text.Text.Trim() == "null" ? null : JsonValue.Create(text.Text)),
    };

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
