using System.Diagnostics.CodeAnalysis;

namespace Pioneer.Sources;

/// <summary>
/// Where a source is, read once from its JDBC form into parts and options out of a list. Whoever opens, checks or passes on an address takes it
/// from here, so that what was tested is what a connector reads.
/// </summary>
public abstract record SourceAddress
{
    /// <summary>The longest address that is read.</summary>
    public const int MaxLength = 1000;

    /// <summary>Milliseconds that a query may go without giving a row, where neither its feed nor the address says how long.</summary>
    public const int DefaultQueryLimitMs = 60_000;

    private protected SourceAddress()
    {
    }

    /// <summary>The JDBC form with every default written out that drivers disagree on.</summary>
    public abstract string Jdbc { get; }

    /// <summary>The database for messages: without options, and it never had a user or password.</summary>
    public abstract string Description { get; }

    /// <summary>Reads an address; no network, no file is touched.</summary>
    public static bool TryParse(
        string? url, [NotNullWhen(true)] out SourceAddress? address, [NotNullWhen(false)] out AddressProblem? problem)
    {
        address = null;
        problem = null;
        if (url is null || url.Length > MaxLength || url.Any(char.IsControl))
        {
            problem = AddressProblem.Malformed(
                $"An address has 1 to {MaxLength} characters and no control characters.", "Write it as jdbc:postgresql://host:5432/database");
        }
        else if (url.StartsWith(SqliteAddress.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            address = SqliteAddress.Parse(url, out problem);
        }
        else if (url.StartsWith(PostgreSqlAddress.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            address = PostgreSqlAddress.Parse(url, out problem);
        }
        else
        {
            problem = AddressProblem.Malformed(
                $"'{url}' is no JDBC address of a database that can be read.",
                "Write it as jdbc:postgresql://host:5432/database or jdbc:sqlite:/path/to/file.db");
        }

        return problem is null && address is not null;
    }
}
