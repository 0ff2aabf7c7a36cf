using Microsoft.Data.Sqlite;
using Npgsql;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;

namespace Pioneer.Jobs.Sources;

/// <summary>Turns the JDBC address that connectors are given into what .NET's drivers take.</summary>
internal static class SourceAddress
{
    private const int ConnectTimeoutSeconds = 5;

    public static Result<string> Sqlite(SourceConnection source)
    {
        const string scheme = "jdbc:sqlite:";
        if (!source.ConnectionUrl.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return WrongScheme(source, "jdbc:sqlite:/path/to/file.db");
        }

        var path = source.ConnectionUrl[scheme.Length..].Split('?')[0];
        if (path.Length == 0 || path.Contains(":memory:", StringComparison.Ordinal))
        {
            return Error.Invalid("SourceUrlMalformed", "connectionUrl", $"'{source.ConnectionUrl}' names no file.", "Name the database file: jdbc:sqlite:/path/to/file.db");
        }

        if (!File.Exists(path))
        {
            return Error.Invalid("SourceFileMissing", "connectionUrl", $"There is no file '{path}' on this machine.",
                "Check the path; the portal and the Connect worker must both be able to read the file.");
        }

        return new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = ConnectTimeoutSeconds }
            .ConnectionString;
    }

    public static Result<string> PostgreSql(SourceConnection source)
    {
        const string scheme = "jdbc:";
        if (!source.ConnectionUrl.StartsWith("jdbc:postgresql://", StringComparison.OrdinalIgnoreCase)
            || !Uri.TryCreate(source.ConnectionUrl[scheme.Length..], UriKind.Absolute, out var uri))
        {
            return WrongScheme(source, "jdbc:postgresql://host:5432/database");
        }

        var database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/'));
        if (uri.Host.Length == 0 || database.Length == 0)
        {
            return Error.Invalid("SourceUrlMalformed", "connectionUrl", $"'{source.ConnectionUrl}' names no host or no database.",
                "Write it as jdbc:postgresql://host:5432/database");
        }

        var parameters = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "", StringComparer.OrdinalIgnoreCase);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Database = database,
            Username = source.Username ?? parameters.GetValueOrDefault("user"),
            Password = source.Password ?? parameters.GetValueOrDefault("password"),
            SslMode = parameters.GetValueOrDefault("sslmode") is { } mode && Enum.TryParse<SslMode>(mode.Replace("-", "", StringComparison.Ordinal), true, out var ssl)
                ? ssl
                : SslMode.Prefer,
            Timeout = ConnectTimeoutSeconds,
            CommandTimeout = ConnectTimeoutSeconds,
            Pooling = false,
            ApplicationName = "Pioneer",
        }.ConnectionString;
    }

    private static Error WrongScheme(SourceConnection source, string example) => Error.Invalid(
        "SourceUrlMalformed", "connectionUrl", $"'{source.ConnectionUrl}' is no address of a {source.Kind} database.", $"Write it as {example}");
}
