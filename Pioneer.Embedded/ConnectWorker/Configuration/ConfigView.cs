using System.Globalization;

namespace Pioneer.Embedded.Connect.Configuration;

/// <summary>A configuration is wrong; the message names the full key.</summary>
internal sealed class ConnectConfigException(string key, string message) : Exception(message)
{
    public string Key { get; } = key;
}

/// <summary>Typed reading of the keys below a prefix (<c>transforms.createKey.</c>), with errors that name the full key.</summary>
internal sealed class ConfigView(IReadOnlyDictionary<string, string> config, string prefix = "")
{
    public string FullKey(string key) => prefix + key;

    public ConfigView Below(string sub) => new(config, prefix + sub);

    public string? Find(string key) => config.TryGetValue(prefix + key, out var value) && value.Length > 0 ? value : null;

    public string Require(string key) => Find(key)
        ?? throw Wrong(key, $"Missing required configuration \"{FullKey(key)}\" which has no default value.");

    public string Get(string key, string fallback) => Find(key) ?? fallback;

    public bool GetBoolean(string key, bool fallback) => Find(key)?.Trim() is not { } text
        ? fallback
        : bool.TryParse(text, out var value) ? value : throw Invalid(key, text, "Expected value to be either true or false");

    public int GetInt(string key, int fallback) => checked((int)GetLong(key, fallback));

    public long GetLong(string key, long fallback) => Find(key)?.Trim() is not { } text
        ? fallback
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Invalid(key, text, "Not a number");

    public IReadOnlyList<string> GetList(string key) =>
        Find(key)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public ConnectConfigException Invalid(string key, string value, string why) =>
        Wrong(key, $"Invalid value {value} for configuration {FullKey(key)}: {why}");

    private ConnectConfigException Wrong(string key, string message) => new(FullKey(key), message);
}
