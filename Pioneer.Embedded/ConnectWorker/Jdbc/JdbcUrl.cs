using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>The dialect that a connector's configuration asks for; addresses are read by the parser that the portal reads them by.</summary>
internal static class JdbcUrl
{
    /// <summary>How long a writer that holds a SQLite file is waited for.</summary>
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <exception cref="ConnectConfigException"><c>connection.url</c> is not understood.</exception>
    public static ISourceDialect Dialect(ConfigView config, TimeZoneInfo zone, TimeProvider time)
    {
        if (!SourceAddress.TryParse(config.Require("connection.url"), out var address, out var problem))
        {
            throw new ConnectConfigException("connection.url", $"{problem.Message} {problem.Hint}".TrimEnd());
        }

        // without giving a row: sorting a large table takes its time, and one that hangs must end
        var limit = TimeSpan.FromMilliseconds(config.GetLong("query.timeout.ms", SourceAddress.DefaultQueryLimitMs));
        return address switch
        {
            SqliteAddress sqlite => new SqliteDialect(sqlite, zone, BusyPatience, limit, time),
            PostgreSqlAddress server => new PostgreSqlDialect(
                server, config.Find("connection.user"), config.Find("connection.password"), zone, ConnectTimeout, limit),
            var other => throw new ConnectConfigException("connection.url", $"{other.Description} is none that the worker reads."),
        };
    }
}
