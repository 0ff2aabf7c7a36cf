namespace Pioneer.Sources;

/// <summary>The options after the question mark of a JDBC address: each at most once, each out of a list.</summary>
internal sealed class AddressOptions
{
    // Whatever the driver is, these carry secrets, which would be shown in plans, lists and Connect's own answers.
    private static readonly string[] Secrets = ["user", "username", "password", "pwd", "sslpassword", "accesstoken"];

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private AddressOptions()
    {
    }

    public static AddressOptions Parse(string text, IReadOnlyCollection<string> known, out AddressProblem? problem)
    {
        var options = new AddressOptions();
        problem = null;
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var name = Uri.UnescapeDataString(parts[0]);
            problem ??= options.Add(name, parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "", known);
        }

        return options;
    }

    public string? Find(string name) => _values.GetValueOrDefault(name);

    private AddressProblem? Add(string name, string value, IReadOnlyCollection<string> known)
    {
        if (Secrets.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return Secret(name);
        }

        if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return new AddressProblem(
                "ConnectionOptionUnknown", $"The address has the option '{name}', which is not one that may be set.",
                $"It may have: {string.Join(", ", known)}.");
        }

        if (value.Length == 0 || value.Any(char.IsControl))
        {
            return new AddressProblem("ConnectionOptionMalformed", $"The option '{name}' has no usable value.", $"Write it as {name}=value.");
        }

        return _values.TryAdd(name, value)
            ? null
            : new AddressProblem("ConnectionOptionTwice", $"The address has the option '{name}' twice.", "Leave one of them out.");
    }

    public static AddressProblem Secret(string name) => new(
        "ConnectionUrlHoldsSecret", $"The address holds '{name}', which would be shown in plans.", "Leave it out and fill in user and password.");
}
