using Pioneer.Ksql.Serialization;

namespace Pioneer.Ksql.Statements;

/// <summary>The names of formats in WITH.</summary>
internal static class FormatNames
{
    private static readonly string[] WithRegistry = ["AVRO", "PROTOBUF", "PROTOBUF_NOSR", "JSON_SR"];

    /// <summary>The format of a name in any case, or null.</summary>
    public static FormatKind? Find(string name) => name.ToUpperInvariant() switch
    {
        "JSON" => FormatKind.Json,
        "KAFKA" => FormatKind.Kafka,
        "DELIMITED" => FormatKind.Delimited,
        "NONE" => FormatKind.None,
        _ => null,
    };

    /// <summary>Whether ksqlDB has a format of the name that is not here yet.</summary>
    public static bool IsKnownElsewhere(string name) => WithRegistry.Contains(name, StringComparer.OrdinalIgnoreCase);
}
