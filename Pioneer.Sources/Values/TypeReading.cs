using System.Collections.Immutable;

namespace Pioneer.Sources;

/// <summary>What a column of a source's type can be read as.</summary>
/// <param name="KsqlTypes">
/// The ksql types that fit what a connector writes for it, the best first. <c>DECIMAL</c> without digits asks for them to be chosen.
/// </param>
/// <param name="Note">What is not obvious about the reading; empty where nothing is.</param>
public sealed record TypeReading(ImmutableArray<string> KsqlTypes, string Note = "")
{
    /// <summary>Stands in <see cref="KsqlTypes"/> where the digits are for a person to choose.</summary>
    public const string AnyDecimal = "DECIMAL";

    /// <summary>What the column is declared as unless a person says otherwise.</summary>
    public string Best => KsqlTypes[0];

    /// <summary>Whether a column may be declared as that ksql type.</summary>
    public bool Allows(string ksqlType) => KsqlTypes.Any(known => string.Equals(Bare(known), Bare(ksqlType), StringComparison.OrdinalIgnoreCase))
        || (KsqlTypes.Contains(AnyDecimal) && ksqlType.TrimStart().StartsWith(AnyDecimal + "(", StringComparison.OrdinalIgnoreCase));

    private static string Bare(string type) => type.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "VARCHAR" => "STRING",
        "INT" => "INTEGER",
        var other => other,
    };
}
