using System.Globalization;

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
    /// <summary>Why a value is refused, in Kafka's words (ConfigDef and its validators); null when it is fine.</summary>
    public string? Refusal(string value)
    {
        var fault = Type switch
        {
            ConfigType.Boolean => value is "true" or "false" ? null : "Expected value to be either true or false",
            ConfigType.Int => int.TryParse(value, CultureInfo.InvariantCulture, out var i) ? OutOfBounds(i) : NotANumber,
            ConfigType.Long => long.TryParse(value, CultureInfo.InvariantCulture, out var l) ? OutOfBounds(l) : NotANumber,
            ConfigType.Double => double.TryParse(value, CultureInfo.InvariantCulture, out var d) ? OutOfBounds(d) : NotANumber,
            ConfigType.List => OneOf is null || Members(value).All(OneOf.Contains) ? null : NotOneOf(OneOf),
            _ => OneOf is null || OneOf.Contains(value) ? null : NotOneOf(OneOf),
        };
        return fault is null ? null : $"Invalid value {value} for configuration {Name}: {fault}";
    }

    private string NotANumber => $"Not a number of type {Type.ToString().ToUpperInvariant()}";

    private string? OutOfBounds(double value) => value < Min ? string.Create(CultureInfo.InvariantCulture, $"Value must be at least {Min}")
        : value > Max ? string.Create(CultureInfo.InvariantCulture, $"Value must be no more than {Max}")
        : null;

    private static string NotOneOf(IReadOnlyList<string> allowed) => $"String must be one of: {string.Join(", ", allowed)}";

    /// <summary>The members of a list value.</summary>
    public static IReadOnlyList<string> Members(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
