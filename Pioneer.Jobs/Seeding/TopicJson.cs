using System.Globalization;
using System.Text.Json;
using Pioneer.Ksql.Types;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Reads JSON keys and values of topics into the values that the ksql evaluator works on (<see cref="SqlBaseType"/> says how each is carried). Dates, times and
/// timestamps travel as numbers. Field names are matched without regard to case, as ksqlDB does.
/// </summary>
internal static class TopicJson
{
    /// <summary>The cells of a record in the order of the columns; null where the record has no such field.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static object?[] ReadRow(byte[] key, byte[] value, IReadOnlyList<Column> columns, int cells)
    {
        var row = new object?[cells];
        using var keyJson = JsonDocument.Parse(key);
        using var valueJson = JsonDocument.Parse(value);
        var fields = valueJson.RootElement.ValueKind is JsonValueKind.Object
            ? valueJson.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value, StringComparer.OrdinalIgnoreCase)
            : [];
        // one key column is the whole key, several are fields of an object
        var isWhole = columns.Count(column => column.IsKey) == 1;
        for (var index = 0; index < columns.Count; index++)
        {
            var column = columns[index];
            row[index] = column.IsKey ? Read(isWhole ? keyJson.RootElement : Member(keyJson.RootElement, column.Name), column.Type)
                : fields.TryGetValue(column.Name, out var field) ? Read(field, column.Type)
                : null;
        }

        return row;
    }

    private static JsonElement Member(JsonElement json, string name) => json.ValueKind is JsonValueKind.Object
        ? json.EnumerateObject().FirstOrDefault(member => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)).Value
        : throw new JsonException("The key is no object of several columns.");

    private static object? Read(JsonElement json, SqlType type) => json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : type switch
    {
        SqlBoolean => json.GetBoolean(),
        SqlInteger or SqlDate or SqlTime => json.GetInt32(),
        SqlBigint or SqlTimestamp => json.ValueKind is JsonValueKind.String
            ? long.Parse(json.GetString()!, CultureInfo.InvariantCulture)
            : json.GetInt64(),
        SqlDouble => json.ValueKind is JsonValueKind.String ? double.Parse(json.GetString()!, CultureInfo.InvariantCulture) : json.GetDouble(),
        SqlDecimal exact => BigDecimal.Parse(json.ValueKind is JsonValueKind.String ? json.GetString() : json.GetRawText()).SetScale(exact.Scale),
        SqlString => json.ValueKind is JsonValueKind.String ? json.GetString() : json.GetRawText(),
        SqlBytes => json.GetBytesFromBase64(),
        SqlArray array => json.EnumerateArray().Select(item => Read(item, array.Element)).ToArray(),
        SqlMap map => json.EnumerateObject().ToDictionary(entry => (object)entry.Name, entry => Read(entry.Value, map.Value)),
        SqlStruct structure => structure.Fields.Select(field => json.EnumerateObject()
            .Where(member => string.Equals(member.Name, field.Name, StringComparison.OrdinalIgnoreCase))
            .Select(member => Read(member.Value, field.Type)).FirstOrDefault()).ToArray(),
        _ => throw new JsonException($"No way to read a {type} from JSON."),
    };
}
