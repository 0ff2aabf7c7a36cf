using System.Globalization;
using System.Text.Json;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>A column's schema as DESCRIBE sends it, printed as ksqlDB prints types: <c>DECIMAL(18, 2)</c>, <c>ARRAY&lt;STRING&gt;</c>.</summary>
internal static class KsqlSchemaText
{
    public static string TypeOf(JsonElement schema)
    {
        var type = schema.TryGetProperty("type", out var name) ? name.GetString() ?? "" : "";
        return type switch
        {
            "DECIMAL" when schema.TryGetProperty("parameters", out var digits) && digits.ValueKind == JsonValueKind.Object =>
                $"DECIMAL({Number(digits, "precision")}, {Number(digits, "scale")})",
            "ARRAY" when Member(schema) is { } element => $"ARRAY<{TypeOf(element)}>",
            "MAP" when Member(schema) is { } value => $"MAP<STRING, {TypeOf(value)}>",
            "STRUCT" when schema.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Array =>
                $"STRUCT<{string.Join(", ", fields.EnumerateArray().Select(Field))}>",
            "VARCHAR" => "STRING",
            _ => type,
        };
    }

    private static string Field(JsonElement field) => $"`{field.GetProperty("name").GetString()}` {TypeOf(field.GetProperty("schema"))}";

    private static JsonElement? Member(JsonElement schema) =>
        schema.TryGetProperty("memberSchema", out var member) && member.ValueKind == JsonValueKind.Object ? member : null;

    private static string Number(JsonElement digits, string property) =>
        digits.TryGetProperty(property, out var value) ? value.GetInt32().ToString(CultureInfo.InvariantCulture) : "?";
}
