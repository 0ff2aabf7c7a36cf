using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pioneer.Embedded.Ksql.Commands;

/// <summary>An entry of the command log.</summary>
/// <param name="Offset">Its place in the log; -1 before it is written.</param>
/// <param name="Id">type/entity/action.</param>
/// <param name="Statement">The statement; null for a note that ended queries were cleaned up after.</param>
/// <param name="Properties">Property overrides of the request.</param>
/// <param name="Cleaned">For a note: the queries whose groups are deleted.</param>
internal sealed record Command(
    long Offset,
    string Id,
    string? Statement,
    ImmutableDictionary<string, string> Properties,
    ImmutableArray<string> Cleaned)
{
    private const int FormatVersion = 1;

    /// <summary>A statement to be carried out.</summary>
    public static Command Of(string id, string statement, ImmutableDictionary<string, string> properties) => new(-1, id, statement, properties, []);

    /// <summary>
    /// A note that the groups of ended queries are deleted. Without it a restart deletes them again; with it it must not, since
    /// offsets may have been put into a group of that name since, for a query to come.
    /// </summary>
    public static Command CleanedUp(ImmutableArray<string> queries) =>
        new(-1, $"cleanup/{string.Join(',', queries)}/done", null, ImmutableDictionary<string, string>.Empty, queries);

    /// <summary>The record's value.</summary>
    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["version"] = FormatVersion,
        ["statement"] = Statement,
        ["streamsProperties"] = new JsonObject(Properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
        ["cleaned"] = new JsonArray([.. Cleaned.Select(q => (JsonNode?)q)]),
    });

    /// <summary>Reads a record of the log.</summary>
    /// <exception cref="FormatException">It is none of ours.</exception>
    public static Command Deserialize(long offset, string id, ReadOnlySpan<byte> value)
    {
        try
        {
            var json = JsonNode.Parse(value) as JsonObject ?? throw new FormatException("not an object");
            if ((int?)json["version"] is not FormatVersion)
            {
                throw new FormatException($"version {json["version"]} is not understood");
            }

            var properties = (json["streamsProperties"] as JsonObject)?.ToImmutableDictionary(p => p.Key, p => p.Value?.GetValue<string>() ?? string.Empty);
            return new Command(
                offset,
                id,
                (string?)json["statement"],
                properties ?? ImmutableDictionary<string, string>.Empty,
                [.. (json["cleaned"] as JsonArray)?.Select(q => (string)q!) ?? []]);
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
