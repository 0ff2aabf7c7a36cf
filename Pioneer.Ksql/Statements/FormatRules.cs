using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>Which columns a format can carry.</summary>
internal static class FormatRules
{
    /// <summary>Why a key or a value of these columns can't be written in a format, in ksqlDB's words; null when it can.</summary>
    public static string? Problem(FormatSpec format, IReadOnlyList<Column> columns, bool isKey)
    {
        if (isKey && columns.FirstOrDefault(c => KeyRules.HasMap(c.Type)) is { } map)
        {
            return KeyRules.MapKey(map);
        }

        if (Reason(format, columns) is not { } reason)
        {
            return null;
        }

        var shown = string.Join(", ", columns);
        var features = format.Features(columns.Count);
        return $"{(isKey ? "Key" : "Value")} format does not support schema.\nformat: {format.Name}\n"
            + $"schema: Persistence{{columns=[{shown}], features=[{features}]}}\nreason: {reason}";
    }

    private static string? Reason(FormatSpec format, IReadOnlyList<Column> columns) => format.Kind switch
    {
        FormatKind.Kafka when columns.Count > 1 => $"The 'KAFKA' format only supports a single field. Got: [{string.Join(", ", columns)}]",
        FormatKind.Kafka when columns.FirstOrDefault(c => !KafkaRowFormat.Carries(c.Type)) is { } column =>
            $"The 'KAFKA' format does not support type '{Name(column.Type)}'",
        FormatKind.Delimited when columns.FirstOrDefault(c => c.Type is SqlArray or SqlMap or SqlStruct) is { } column =>
            $"The 'DELIMITED' format does not support type '{Name(column.Type)}', column: {Identifiers.Quote(column.Name)}",
        FormatKind.Json when columns.Any(c => HasOtherKeys(c.Type)) => "JSON only supports MAP types with STRING keys",
        FormatKind.None when columns.Count > 0 =>
            $"The 'NONE' format can only be used when no columns are defined. Got: [{string.Join(", ", columns)}]",
        _ => null,
    };

    private static string Name(SqlType type) => type.BaseType.ToString().ToUpperInvariant();

    private static bool HasOtherKeys(SqlType type) => type switch
    {
        SqlMap map => map.Key.BaseType != SqlBaseType.String || HasOtherKeys(map.Value),
        SqlArray array => HasOtherKeys(array.Element),
        SqlStruct record => record.Fields.Any(f => HasOtherKeys(f.Type)),
        _ => false,
    };
}
