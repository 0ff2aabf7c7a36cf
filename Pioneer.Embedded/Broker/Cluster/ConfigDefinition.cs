namespace Pioneer.Embedded.Broker.Cluster;

#pragma warning disable CA1720 // the names are those of Kafka's ConfigDef.Type
/// <summary>The type of a config's value; numbers are those of DescribeConfigs.</summary>
public enum ConfigType : sbyte
{
    Unknown = 0,
    Boolean = 1,
    String = 2,
    Int = 3,
    Short = 4,
    Long = 5,
    Double = 6,
    List = 7,
    Class = 8,
    Password = 9,
}
#pragma warning restore CA1720

/// <summary>One config name.</summary>
/// <param name="Name">Kafka's name.</param>
/// <param name="Type">How its value is read.</param>
/// <param name="Default">Kafka's default, as text.</param>
/// <param name="Min">Smallest number allowed.</param>
/// <param name="Max">Largest number allowed.</param>
/// <param name="OneOf">The values (or list members) allowed; null for any.</param>
/// <param name="BrokerName">The broker's config that gives the default, for synonyms; null when there is none.</param>
public sealed record ConfigDefinition(
    string Name, ConfigType Type, string Default, double Min = double.MinValue, double Max = double.MaxValue,
    IReadOnlyList<string>? OneOf = null, string? BrokerName = null)
{
    /// <summary>Why a value is refused, in words like Kafka's; null when it is fine.</summary>
    public string? Refusal(string value)
    {
        var fine = Type switch
        {
            ConfigType.Boolean => value is "true" or "false",
            ConfigType.Int => int.TryParse(value, out var i) && i >= Min && i <= Max,
            ConfigType.Long => long.TryParse(value, out var l) && l >= Min && l <= Max,
            ConfigType.Double => double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var d) && d >= Min && d <= Max,
            ConfigType.List => OneOf is null || Members(value).All(OneOf.Contains),
            _ => OneOf is null || OneOf.Contains(value),
        };
        if (fine)
        {
            return null;
        }

        var expected = OneOf is not null ? "must be one of " + string.Join(", ", OneOf)
            : Type is ConfigType.Boolean ? "expected value to be either true or false"
            : Min > double.MinValue ? $"must be a {Type.ToString().ToLowerInvariant()} of at least {Min:0.###}" + (Max < double.MaxValue ? $" and at most {Max:0.###}" : "")
            : $"not a {Type.ToString().ToLowerInvariant()}";
        return $"Invalid value {value} for configuration {Name}: {expected}";
    }

    /// <summary>The members of a list value.</summary>
    public static IReadOnlyList<string> Members(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
