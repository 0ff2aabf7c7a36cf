using System.Text.Json;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>One of ksqlDB's conformance cases: statements, records that go in, records that must come out.</summary>
public sealed class KsqlCase
{
    private KsqlCase(JsonElement json)
    {
        Id = json.GetProperty("id").GetString()!;
        File = TextOf(json, "file") ?? "";
        IsEnabled = !json.TryGetProperty("enabled", out var enabled) || enabled.GetBoolean();
        var needs = json.TryGetProperty("needs", out var n) ? n : default;
        Rung = needs.ValueKind == JsonValueKind.Object ? TextOf(needs, "rung") ?? "" : "";
        FormatTier = needs.ValueKind == JsonValueKind.Object ? TextOf(needs, "formatTier") ?? "" : "";
        Statements = [.. json.GetProperty("statements").EnumerateArray().Select(s => s.GetString()!)];
        Properties = Objects(json, "properties").ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
        Topics = Elements(json, "topics");
        Inputs = [.. Elements(json, "inputs").Select(r => new CaseRecord(r))];
        Outputs = [.. Elements(json, "outputs").Select(r => new CaseRecord(r))];
        ExpectedException = Optional(json, "expectedException");
        Post = Optional(json, "post");
        Schemas = Optional(json, "plan") is { } plan
            ? Elements(plan, "sources").ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("schema").GetString()!)
            : [];
    }

    /// <summary>Its name, unique among all.</summary>
    public string Id { get; }

    /// <summary>The feature that it is about.</summary>
    public string File { get; }

    /// <summary>Whether it is run at all.</summary>
    public bool IsEnabled { get; }

    /// <summary>What it takes to pass it.</summary>
    public string Rung { get; }

    /// <summary>The formats that it takes.</summary>
    public string FormatTier { get; }

    /// <summary>Its statements.</summary>
    public string[] Statements { get; }

    /// <summary>Settings of the session.</summary>
    public Dictionary<string, string> Properties { get; }

    /// <summary>Topics that there are before.</summary>
    public JsonElement[] Topics { get; }

    /// <summary>Records that go in.</summary>
    public CaseRecord[] Inputs { get; }

    /// <summary>Records that must come out.</summary>
    public CaseRecord[] Outputs { get; }

    /// <summary>What must be thrown; null for nothing.</summary>
    public JsonElement? ExpectedException { get; }

    /// <summary>What must be so in the end; null for nothing.</summary>
    public JsonElement? Post { get; }

    /// <summary>The schemas that ksqlDB recorded, by the name of the stream or table.</summary>
    public Dictionary<string, string> Schemas { get; }

    /// <summary>All statements in one text, as they are read.</summary>
    public string Text => string.Join('\n', Statements);

    /// <summary>The cases in files, or in the files of folders (those of other suites, in folders inside, left out).</summary>
    public static IEnumerable<KsqlCase> Read(IEnumerable<string> paths) => paths
        .SelectMany(Files)
        .SelectMany(p => System.IO.File.ReadLines(p))
        .Where(line => line.Length > 0)
        .Select(line => new KsqlCase(JsonDocument.Parse(line).RootElement));

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.jsonl").Order(StringComparer.Ordinal) : [path];

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonElement[] Elements(JsonElement json, string name) =>
        json.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static IEnumerable<JsonProperty> Objects(JsonElement json, string name) =>
        json.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Object ? items.EnumerateObject() : [];

    private static JsonElement? Optional(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;
}

/// <summary>A record of a case.</summary>
public sealed class CaseRecord
{
    internal CaseRecord(JsonElement json)
    {
        Topic = json.GetProperty("topic").GetString()!;
        Key = json.TryGetProperty("key", out var key) ? key : default;
        Value = json.TryGetProperty("value", out var value) ? value : default;
        TimeMs = json.TryGetProperty("timestamp", out var time) && time.ValueKind == JsonValueKind.Number ? time.GetInt64() : null;
        Window = json.TryGetProperty("window", out var window) && window.ValueKind == JsonValueKind.Object ? window : null;
        Headers = json.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Array
            ? [.. headers.EnumerateArray().Select(h => (h.GetProperty("KEY").GetString()!, Bytes(h)))]
            : [];
    }

    /// <summary>Its topic.</summary>
    public string Topic { get; }

    /// <summary>Its key; undefined or null for none.</summary>
    public JsonElement Key { get; }

    /// <summary>Its value; undefined or null for none.</summary>
    public JsonElement Value { get; }

    /// <summary>Its time; null for 0, or for any.</summary>
    public long? TimeMs { get; }

    /// <summary>The window of its key.</summary>
    public JsonElement? Window { get; }

    /// <summary>Its headers.</summary>
    public (string Key, byte[]? Value)[] Headers { get; }

    private static byte[]? Bytes(JsonElement header) =>
        header.TryGetProperty("VALUE", out var value) && value.ValueKind == JsonValueKind.String ? value.GetBytesFromBase64() : null;
}
