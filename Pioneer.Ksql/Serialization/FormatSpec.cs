namespace Pioneer.Ksql.Serialization;

/// <summary>Serialisations of keys and values; names are ksqlDB's in capitals.</summary>
public enum FormatKind
{
    /// <summary>JSON without a schema.</summary>
    Json,

    /// <summary>Kafka's own serialisers: one column.</summary>
    Kafka,

    /// <summary>One line of CSV.</summary>
    Delimited,

    /// <summary>Nothing: always null.</summary>
    None,
}

/// <summary>A format with its settings.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Delimiter">Between columns of DELIMITED.</param>
/// <param name="Unwrapped">A single column stands alone instead of in an object (JSON).</param>
public sealed record FormatSpec(FormatKind Kind, char Delimiter = ',', bool Unwrapped = false)
{
    /// <summary>A single column was asked to stand in an object.</summary>
    public bool IsWrapped { get; init; }

    /// <summary>As ksqlDB lists what was asked for or chosen beside the format: whether single columns stand alone.</summary>
    public string Features(int columns) =>
        Kind != FormatKind.Json || columns != 1 ? "" : Unwrapped ? "UNWRAP_SINGLES" : IsWrapped ? "WRAP_SINGLES" : "";

    /// <summary>Values in JSON objects.</summary>
    public static FormatSpec Json { get; } = new(FormatKind.Json);

    /// <summary>Keys in JSON, a single column alone.</summary>
    public static FormatSpec JsonKey { get; } = new(FormatKind.Json, Unwrapped: true);

    /// <summary>Keys by Kafka's serialisers.</summary>
    public static FormatSpec KafkaKey { get; } = new(FormatKind.Kafka, Unwrapped: true);

    /// <summary>As ksqlDB prints it.</summary>
    public string Name => Kind.ToString().ToUpperInvariant();
}
