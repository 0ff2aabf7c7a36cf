using System.Text.Json.Nodes;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>The JSON entities of /ksql answers, field by field as ksqlDB writes them.</summary>
internal static class Entities
{
    /// <summary>An entity with its type, statement and the fields given.</summary>
    public static JsonObject Of(string type, string statement, params IEnumerable<(string Name, JsonNode? Value)> fields)
    {
        var entity = new JsonObject { ["@type"] = type, ["statementText"] = statement };
        foreach (var (name, value) in fields)
        {
            entity[name] = value;
        }

        entity["warnings"] = new JsonArray();
        return entity;
    }

    /// <summary>A list of nodes.</summary>
    public static JsonArray List(IEnumerable<JsonNode?> items) => new([.. items]);

    /// <summary>A list of texts.</summary>
    public static JsonArray Texts(IEnumerable<string> items) => new([.. items.Select(i => (JsonNode?)JsonValue.Create(i))]);

    /// <summary>Columns as DESCRIBE and EXPLAIN give them.</summary>
    public static JsonArray Fields(IEnumerable<Column> columns) => List(columns.Select(c =>
    {
        var field = new JsonObject { ["name"] = c.Name, ["schema"] = Schema(c.Type) };
        if (c.IsKey || c.Role == ColumnRole.Headers)
        {
            field["type"] = c.IsKey ? "KEY" : "HEADER";
        }

        if (c.HeaderKey is { } key)
        {
            field["headerKey"] = key;
        }

        return field;
    }));

    private static JsonObject Schema(SqlType type)
    {
        var schema = new JsonObject { ["type"] = type.BaseType.ToString().ToUpperInvariant(), ["fields"] = null, ["memberSchema"] = null };
        switch (type)
        {
            case SqlDecimal d:
                schema["parameters"] = new JsonObject { ["precision"] = d.Precision, ["scale"] = d.Scale };
                break;
            case SqlArray array:
                schema["memberSchema"] = Schema(array.Element);
                break;
            case SqlMap map:
                schema["memberSchema"] = Schema(map.Value);
                break;
            case SqlStruct record:
                schema["fields"] = List(record.Fields.Select(f => new JsonObject { ["name"] = f.Name, ["schema"] = Schema(f.Type) }));
                break;
        }

        return schema;
    }
}
