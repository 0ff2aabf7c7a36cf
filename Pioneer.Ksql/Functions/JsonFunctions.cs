using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>JSON held in strings.</summary>
internal static class JsonFunctions
{
    private const string Family = "JSON";
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 256 };

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("EXTRACTJSONFIELD", Family, "The value at a path such as $.a.b[0] of a JSON text, as text; NULL where there is none.")
            .On("(STRING input, STRING path) -> STRING", a => Extract((string)a[0]!, (string)a[1]!)),
        Scalar("IS_JSON_STRING", Family, "Whether a text is JSON.")
            .OnNulls("(STRING input) -> BOOLEAN", a => a[0] is string text && TryParse(text, out _)),
        Scalar("JSON_ARRAY_LENGTH", Family, "The number of elements of a JSON array; NULL for anything else.")
            .On("(STRING jsonArray) -> INT", a => Element((string)a[0]!) is { ValueKind: JsonValueKind.Array } e ? e.GetArrayLength() : null),
        Scalar("JSON_ARRAY_CONTAINS", Family, "Whether a JSON array has an element equal to a value.")
            .OnBound("(STRING jsonArray, T val) -> BOOLEAN", b => a => Contains(a, b.ParameterTypes[1])),
        Scalar("JSON_CONCAT", Family, "Merges JSON texts: objects field by field (the last one wins), arrays one after the other.")
            .OnNulls("(STRING... jsonStrings) -> STRING", Concat),
        Scalar("JSON_ITEMS", Family, "The elements of a JSON array as JSON texts.")
            .On("(STRING jsonItems) -> ARRAY<STRING>", a => Element((string)a[0]!) is { ValueKind: JsonValueKind.Array } e ? e.EnumerateArray().Select(object? (x) => Text(x)).ToArray() : null),
        Scalar("JSON_KEYS", Family, "The field names of a JSON object.")
            .On("(STRING jsonObj) -> ARRAY<STRING>", a => Element((string)a[0]!) is { ValueKind: JsonValueKind.Object } e ? e.EnumerateObject().Select(object? (p) => p.Name).ToArray() : null),
        Scalar("JSON_RECORDS", Family, "The fields of a JSON object, each value as JSON text.")
            .On("(STRING jsonObj) -> MAP<STRING, STRING>", a => Records(Element((string)a[0]!))),
        Scalar("TO_JSON_STRING", Family, "A value as JSON text.")
            .OnBound("(T input) -> STRING", b => a => b.ParameterTypes[0] is { } type ? JsonText.Write(a[0], type) : "null"),
    ];

    private static bool TryParse(string text, out JsonElement element)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Reading);
            element = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            element = default;
            return false;
        }
    }

    private static JsonElement? Element(string text) => TryParse(text, out var element) ? element : null;

    /// <summary>JSON without white space, as Jackson prints it back.</summary>
    private static string Text(JsonElement element) => JsonText.Compact(element);

    private static string? Extract(string text, string path)
    {
        var steps = Steps(path);
        if (Element(text) is not { } element)
        {
            return null;
        }

        foreach (var step in steps)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object when element.TryGetProperty(step, out var field):
                    element = field;
                    break;
                case JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < element.GetArrayLength():
                    element = element[i];
                    break;
                default:
                    return null;
            }
        }

        return element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Null => null,
            _ => Text(element),
        };
    }

    /// <summary>The field names and indexes of <c>$.a["b"][0]</c>.</summary>
    private static List<string> Steps(string path)
    {
        if (path.Length == 0 || path[0] != '$')
        {
            throw new ArgumentException($"Invalid JSON path: {path}");
        }

        var steps = new List<string>();
        for (var at = 1; at < path.Length;)
        {
            var bracket = path[at] == '[';
            if (!bracket && path[at] != '.')
            {
                throw new ArgumentException($"Invalid JSON path: {path}");
            }

            var end = bracket ? path.IndexOf(']', at) : path.AsSpan(at + 1).IndexOfAny('.', '[') is var i and >= 0 ? at + 1 + i : path.Length;
            if (end < 0)
            {
                throw new ArgumentException($"Invalid JSON path: {path}");
            }

            steps.Add(path[(at + 1)..end].Trim('"', '\''));
            at = bracket ? end + 1 : end;
        }

        return steps;
    }

    private static object? Contains(object?[] arguments, SqlType? type)
    {
        if (arguments[0] is not string text || Element(text) is not { ValueKind: JsonValueKind.Array } array)
        {
            return false;
        }

        var wanted = arguments[1] is null || type is null ? "null" : JsonText.Write(arguments[1], type);
        return array.EnumerateArray().Any(e => string.Equals(Text(e), wanted, StringComparison.Ordinal));
    }

    private static string? Concat(object?[] arguments)
    {
        var nodes = new List<JsonNode?>();
        foreach (var argument in arguments)
        {
            if (argument is not string text || !TryParse(text, out var element))
            {
                return null;
            }

            nodes.Add(JsonNode.Parse(element.GetRawText(), documentOptions: Reading));
        }

        if (nodes.Count > 0 && nodes.TrueForAll(n => n is JsonObject))
        {
            var merged = new JsonObject();
            foreach (var (name, value) in nodes.SelectMany(n => n!.AsObject()))
            {
                merged[name] = value?.DeepClone();
            }

            return JsonText.Compact(JsonSerializer.SerializeToElement(merged));
        }

        var items = new JsonArray();
        foreach (var item in nodes.SelectMany(n => n is JsonArray array ? (IEnumerable<JsonNode?>)array : [n]))
        {
            items.Add(item?.DeepClone());
        }

        return nodes.Count == 0 ? null : JsonText.Compact(JsonSerializer.SerializeToElement(items));
    }

    private static Dictionary<object, object?>? Records(JsonElement? element)
    {
        if (element is not { ValueKind: JsonValueKind.Object } record)
        {
            return null;
        }

        var map = new Dictionary<object, object?>();
        foreach (var field in record.EnumerateObject())
        {
            map[field.Name] = Text(field.Value);
        }

        return map;
    }
}
