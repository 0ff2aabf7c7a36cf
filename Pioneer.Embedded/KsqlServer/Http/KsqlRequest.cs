using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Ksql.Statements;

namespace Pioneer.Embedded.Ksql.Http;

/// <summary>The body of /ksql, /query and /query-stream.</summary>
internal sealed record KsqlRequest(string Text, ImmutableDictionary<string, string> Properties)
{
    /// <summary>
    /// Whether the client takes lines that say what a query left out (<c>tellFaults</c> of /query-stream). ksqlDB passes over a field that it does not know,
    /// and its clients take a line that is no row for an error, so they are sent to who asks.
    /// </summary>
    public bool TellsFaults { get; private init; }

    private const string StreamsPrefix = "ksql.streams.";

    /// <summary>Reads the body; <paramref name="isStream"/> tells /query-stream's field names from the others'.</summary>
    public static async Task<KsqlRequest> ReadAsync(HttpContext context, bool isStream)
    {
        var body = await ReadObjectAsync(context);
        var text = isStream ? (string?)body["sql"] : (string?)body["ksql"];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw KsqlException.BadRequest($"Invalid request: the field '{(isStream ? "sql" : "ksql")}' is missing");
        }

        var properties = (isStream ? body["properties"] : body["streamsProperties"]) as JsonObject;
        return new KsqlRequest(text, Flatten(properties)) { TellsFaults = isStream && body["tellFaults"] is JsonValue asked && asked.TryGetValue<bool>(out var tells) && tells };
    }

    /// <summary>Reads a body that must be a JSON object.</summary>
    public static async Task<JsonObject> ReadObjectAsync(HttpContext context)
    {
        try
        {
            var node = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return node as JsonObject ?? throw KsqlException.BadRequest("Invalid JSON in request: an object is expected");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw KsqlException.BadRequest($"Invalid JSON in request: {e.Message}");
        }
    }

    private static ImmutableDictionary<string, string> Flatten(JsonObject? properties)
    {
        var flat = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties ?? [])
        {
            var key = name.StartsWith(StreamsPrefix, StringComparison.Ordinal) ? name[StreamsPrefix.Length..] : name;
            flat[key] = value?.ToString() ?? string.Empty;
        }

        return flat.ToImmutable();
    }
}
