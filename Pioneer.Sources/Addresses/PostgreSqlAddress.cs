using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Pioneer.Sources;

/// <summary>A PostgreSQL database: <c>jdbc:postgresql://host:5432/database?sslmode=verify-full</c>.</summary>
/// <param name="Host">A name or an address; an IPv6 address without its brackets.</param>
/// <param name="RootCertificate">File of the authorities that the server's certificate must come from; null for the machine's own.</param>
/// <param name="Schema">Where tables without a schema are looked for; null for the user's own search path.</param>
/// <param name="ApplicationName">What the server shows in its list of sessions.</param>
/// <param name="QueryLimit">After which the server itself ends a query; null where the address sets none.</param>
public sealed partial record PostgreSqlAddress(
    string Host, int Port, string Database, PostgreSqlTls Tls, string? RootCertificate, string? Schema, string? ApplicationName,
    TimeSpan? QueryLimit) : SourceAddress
{
    internal const string Scheme = "jdbc:postgresql:";

    private const int DefaultPort = 5432;
    private const string LimitOption = "-c statement_timeout=";

    private static readonly string[] Options = ["sslmode", "sslrootcert", "currentSchema", "ApplicationName", "options"];

    private static readonly (string Word, PostgreSqlTls Tls)[] Modes =
    [
        ("disable", PostgreSqlTls.Disable), ("allow", PostgreSqlTls.Allow), ("prefer", PostgreSqlTls.Prefer),
        ("require", PostgreSqlTls.Require), ("verify-ca", PostgreSqlTls.VerifyCa), ("verify-full", PostgreSqlTls.VerifyFull),
    ];

    /// <summary>Whether the server is on this machine, where nobody listens between.</summary>
    public bool IsLoopback => Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <inheritdoc/>
    public override string Description => $"PostgreSQL {Authority}/{Database}";

    /// <inheritdoc/>
    public override string Jdbc
    {
        get
        {
            var text = new StringBuilder($"{Scheme}//{Authority}/{Uri.EscapeDataString(Database)}");
            var separator = '?';
            Append("sslmode", IsLoopback && Tls == PostgreSqlTls.Prefer ? null : Array.Find(Modes, mode => mode.Tls == Tls).Word);
            Append("sslrootcert", RootCertificate);
            Append("currentSchema", Schema);
            Append("ApplicationName", ApplicationName);
            Append("options", QueryLimit is { } limit
                ? LimitOption + ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)
                : null);
            return text.ToString();

            void Append(string name, string? value)
            {
                if (value is not null)
                {
                    text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                    separator = '&';
                }
            }
        }
    }

    private string Authority => string.Create(
        CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    internal static PostgreSqlAddress? Parse(string url, out AddressProblem? problem)
    {
        var match = Form().Match(url);
        if (!match.Success)
        {
            problem = url.Contains('@', StringComparison.Ordinal)
                ? AddressOptions.Secret("user")
                : AddressProblem.Malformed($"'{url}' names no host or no database.", "Write it as jdbc:postgresql://host:5432/database");
            return null;
        }

        var port = DefaultPort;
        var database = Uri.UnescapeDataString(match.Groups["database"].Value);
        if ((match.Groups["port"] is { Success: true, Value: var digits }
                && (!int.TryParse(digits, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)) || database.Any(char.IsControl))
        {
            problem = AddressProblem.Malformed($"'{url}' has no usable port or database.", "A port is a number from 1 to 65535.");
            return null;
        }

        var options = AddressOptions.Parse(match.Groups["options"].Value, Options, out problem);
        var address = new PostgreSqlAddress(
            match.Groups["host"].Value.Trim('[', ']'), port, database, PostgreSqlTls.Prefer,
            options.Find("sslrootcert"), options.Find("currentSchema"), options.Find("ApplicationName"), null);
        return problem is null ? address.With(options, out problem) : null;
    }

    private PostgreSqlAddress? With(AddressOptions options, out AddressProblem? problem)
    {
        problem = null;
        var tls = IsLoopback ? PostgreSqlTls.Prefer : PostgreSqlTls.VerifyFull;
        if (options.Find("sslmode") is { } word)
        {
            var known = Array.FindIndex(Modes, mode => mode.Word.Equals(word, StringComparison.OrdinalIgnoreCase));
            if (known < 0)
            {
                problem = new AddressProblem(
                    "ConnectionOptionMalformed", $"sslmode={word} is not known.", $"It is one of: {string.Join(", ", Modes.Select(mode => mode.Word))}.");
                return null;
            }

            tls = Modes[known].Tls;
        }

        if (options.Find("options") is not { } settings)
        {
            return this with { Tls = tls };
        }

        if (settings.StartsWith(LimitOption, StringComparison.Ordinal)
            && int.TryParse(settings[LimitOption.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
        {
            return this with { Tls = tls, QueryLimit = TimeSpan.FromMilliseconds(limit) };
        }

        problem = new AddressProblem(
            "ConnectionOptionMalformed", $"options={settings} is not one that may be set.", $"Only {LimitOption}<milliseconds> is.");
        return null;
    }

    // No user information: it would be shown wherever the address is.
    [GeneratedRegex(
        @"^jdbc:postgresql://(?<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?<port>[0-9]{1,5}))?/(?<database>[^/?#]+)(\?(?<options>[^#]*))?\z",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
