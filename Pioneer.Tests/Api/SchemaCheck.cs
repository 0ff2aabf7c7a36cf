using System.Text.Json;

namespace Pioneer.Tests.Api;

/// <summary>Holds JSON against the part of JSON Schema that our OpenAPI document uses: references, types, properties, required, items, enum.</summary>
internal static class SchemaCheck
{
    private const int Sample = 5;

    /// <summary>Everything in <paramref name="value"/> that the schema does not say.</summary>
    public static IEnumerable<string> Problems(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        schema = Resolve(document, schema);
        if (schema.TryGetProperty("oneOf", out var choices) || schema.TryGetProperty("anyOf", out choices))
        {
            var all = choices.EnumerateArray().Select(choice => Problems(document, choice, value, at).ToList()).ToList();
            return all.Exists(problems => problems.Count == 0) ? [] : all.MinBy(problems => problems.Count)!;
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => IsOf(name, value)))
        {
            return [$"{at} is {value.ValueKind}, not {type}"];
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            return [$"{at} is {value}, not one of {words}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(document, schema, value, at),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().Take(Sample).SelectMany((item, index) => Problems(document, items, item, $"{at}[{index}]")),
            _ => [],
        };
    }

    /// <summary>The schema that a reference names.</summary>
    public static JsonElement Resolve(JsonElement document, JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? Resolve(document, reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node.GetProperty(name)))
        : schema;

    private static IEnumerable<string> OfObject(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
        foreach (var name in required.Where(name => !value.TryGetProperty(name, out _)))
        {
            yield return $"{at}.{name} is missing";
        }

        if (!schema.TryGetProperty("properties", out var properties))
        {
            yield break;
        }

        var free = schema.TryGetProperty("additionalProperties", out _);
        foreach (var property in value.EnumerateObject())
        {
            if (properties.TryGetProperty(property.Name, out var inner))
            {
                foreach (var problem in Problems(document, inner, property.Value, $"{at}.{property.Name}"))
                {
                    yield return problem;
                }
            }
            else if (!free)
            {
                yield return $"{at}.{property.Name} is not described";
            }
        }
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind is JsonValueKind.Array ? type.EnumerateArray().Select(name => name.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("null", JsonValueKind.Null)
            or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => false,
    };
}
