using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Embedded.Connect.Configuration;

/// <summary>Types of configuration values by Connect's names (printed in capitals by the validate call).</summary>
internal enum ConfigType
{
    String,
    Int,
    Long,
    Boolean,
    List,
    Class,
    Password,
}

/// <summary>One key a connector understands, with what the validate call tells about it.</summary>
internal sealed record ConfigKey(string Name, ConfigType Type, string Group, string Documentation)
{
    /// <summary>Text taken when the key is absent; null with <see cref="Required"/> false means 'may be absent'.</summary>
    public string? Default { get; init; }

    public bool Required { get; init; }

    public string Importance { get; init; } = "MEDIUM";

    /// <summary>The only values allowed; empty for any.</summary>
    public ImmutableArray<string> Allowed { get; init; } = [];

    public long? Min { get; init; }
}

/// <summary>A key together with the given value and what is wrong with it.</summary>
internal sealed record ConfigValue(ConfigKey Key, string? Value, List<string> Errors);

/// <summary>The keys of a connector class and their validation, with the wording Kafka's <c>ConfigDef</c> uses.</summary>
internal sealed class ConfigDef(ImmutableArray<ConfigKey> keys)
{
    public ImmutableArray<ConfigKey> Keys { get; } = keys;

    public List<ConfigValue> Validate(IReadOnlyDictionary<string, string> config)
    {
        var values = new List<ConfigValue>(Keys.Length);
        foreach (var key in Keys)
        {
            var given = config.TryGetValue(key.Name, out var text);
            var value = given ? text : key.Default;
            var errors = new List<string>();
            if (!given && key.Required)
            {
                errors.Add($"Missing required configuration \"{key.Name}\" which has no default value.");
            }
            else if (value is not null && Check(key, value) is { } error)
            {
                errors.Add($"Invalid value {value} for configuration {key.Name}: {error}");
            }

            values.Add(new ConfigValue(key, value, errors));
        }

        return values;
    }

    private static string? Check(ConfigKey key, string value)
    {
        switch (key.Type)
        {
            case ConfigType.Int or ConfigType.Long:
                var fits = long.TryParse(value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && (key.Type == ConfigType.Long || number is >= int.MinValue and <= int.MaxValue);
                if (!fits)
                {
                    return $"Not a number of type {key.Type.ToString().ToUpperInvariant()}";
                }

                return key.Min is { } min && number < min ? $"Value must be at least {min}" : null;
            case ConfigType.Boolean when !value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase)
                && !value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase):
                return "Expected value to be either true or false";
            default:
                return !key.Allowed.IsEmpty && !key.Allowed.Contains(value, StringComparer.OrdinalIgnoreCase)
                    ? $"String must be one of: {string.Join(", ", key.Allowed)}"
                    : key.Required && value.Length == 0 ? "String must be non-empty" : null;
        }
    }
}
