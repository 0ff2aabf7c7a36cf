using Microsoft.Data.Sqlite;
using Npgsql;
using Pioneer.Embedded.Connect.Configuration;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>Reads JDBC URLs into ADO.NET connection strings.</summary>
internal static class JdbcUrl
{
    private const string SqlitePrefix = "jdbc:sqlite:";
    private const string PostgresPrefix = "jdbc:postgresql:";

    /// <exception cref="ConnectConfigException"><c>connection.url</c> is not understood.</exception>
    public static IJdbcDialect Dialect(ConfigView config, TimeZoneInfo zone, TimeProvider time)
    {
        var url = config.Require("connection.url");
        if (url.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return Sqlite(config, url, zone, time);
        }

        return url.StartsWith(PostgresPrefix, StringComparison.OrdinalIgnoreCase)
            ? Postgres(config, url, zone)
            : throw config.Invalid(
                "connection.url",
                url,
                "the worker reads jdbc:sqlite:<file> and jdbc:postgresql://<host>:<port>/<database>");
    }

    private static SqliteDialect Sqlite(ConfigView config, string url, TimeZoneInfo zone, TimeProvider time)
    {
        var (path, options) = SplitOptions(url[SqlitePrefix.Length..]);
        if (path.Length == 0 || path.StartsWith(':'))
        {
            throw config.Invalid("connection.url", url, "a file path must follow jdbc:sqlite:");
        }

        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // ReadWrite, not ReadOnly: a WAL database left by a killed writer is recovered by its first reader, who must be able to write.
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 5,
        };
        var asText = options.GetValueOrDefault("date_class", "INTEGER").Equals("TEXT", StringComparison.OrdinalIgnoreCase);
        return new SqliteDialect(builder.ConnectionString, asText, zone, time);
    }

    private static PostgresDialect Postgres(ConfigView config, string url, TimeZoneInfo zone)
    {
        var (rest, options) = SplitOptions(url[PostgresPrefix.Length..]);
        var builder = new NpgsqlConnectionStringBuilder { Pooling = false, Timezone = zone.Id, Timeout = 10 };
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate("postgresql:" + rest, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            {
                throw config.Invalid("connection.url", url, "expected jdbc:postgresql://<host>:<port>/<database>");
            }

            builder.Host = uri.Host;
            builder.Port = uri.Port > 0 ? uri.Port : 5432;
            rest = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        }
        else
        {
            builder.Host = "localhost";
        }

        builder.Username = config.Find("connection.user") ?? options.GetValueOrDefault("user");
        builder.Password = config.Find("connection.password") ?? options.GetValueOrDefault("password");
        builder.Database = rest.Length > 0 ? rest : builder.Username;
        if (options.TryGetValue("currentSchema", out var schema))
        {
            builder.SearchPath = schema;
        }

        if (options.TryGetValue("sslmode", out var sslMode))
        {
            builder.SslMode = Enum.TryParse<SslMode>(sslMode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var parsed)
                ? parsed
                : throw config.Invalid("connection.url", url, $"sslmode={sslMode} is not known");
        }

        return new PostgresDialect(builder.ConnectionString, zone);
    }

    private static (string Path, Dictionary<string, string> Options) SplitOptions(string text)
    {
        var at = text.IndexOf('?', StringComparison.Ordinal);
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (at < 0)
        {
            return (text, options);
        }

        foreach (var pair in text[(at + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            options[parts[0]] = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        return (text[..at], options);
    }
}
