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
    /// <summary>As ksqlDB prints it.</summary>
    public string Name => Kind.ToString().ToUpperInvariant();
}
