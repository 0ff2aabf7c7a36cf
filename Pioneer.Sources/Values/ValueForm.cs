namespace Pioneer.Sources;

/// <summary>What the values of a column are once they are read; the CLR type that carries each.</summary>
public enum ValueForm
{
    /// <summary><see cref="bool"/>.</summary>
    Boolean,

    /// <summary><see cref="short"/>.</summary>
    Whole16,

    /// <summary><see cref="int"/>.</summary>
    Whole32,

    /// <summary><see cref="long"/>.</summary>
    Whole64,

    /// <summary><see cref="float"/>, finite.</summary>
    Binary32,

    /// <summary><see cref="double"/>, finite.</summary>
    Binary64,

    /// <summary><see cref="Ksql.Types.BigDecimal"/>.</summary>
    Exact,

    /// <summary><see cref="string"/>.</summary>
    Text,

    /// <summary>An array of <see cref="byte"/>.</summary>
    Bytes,

    /// <summary><see cref="int"/>, days since 1970-01-01.</summary>
    Date,

    /// <summary><see cref="int"/>, milliseconds since midnight.</summary>
    Time,

    /// <summary><see cref="SourceInstant"/>.</summary>
    Timestamp,
}
