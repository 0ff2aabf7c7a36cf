using System.Collections.Immutable;
using Pioneer.Embedded.Connect.Configuration;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>The keys of the JDBC source connector, named and defaulted as on the real one.</summary>
internal static class JdbcSourceConfig
{
    public static readonly ImmutableArray<string> Modes = ["bulk", "incrementing", "timestamp", "timestamp+incrementing"];

    public static readonly ImmutableArray<ConfigKey> Keys =
    [
        Key("connection.url", ConfigType.String, "Database", "JDBC URL of the source: jdbc:sqlite:<file> or jdbc:postgresql://<host>:<port>/<db>.")
            with { Required = true, Importance = "HIGH" },
        Key("connection.user", ConfigType.String, "Database", "User of the source database.") with { Importance = "HIGH" },
        Key("connection.password", ConfigType.Password, "Database", "Password of the source database.") with { Importance = "HIGH" },
        Key("connection.attempts", ConfigType.Int, "Database", "How often a first connection is tried before the task fails.")
            with { Default = "3", Min = 1, Importance = "LOW" },
        Key("connection.backoff.ms", ConfigType.Long, "Database", "Pause between two tries of a first connection.")
            with { Default = "10000", Min = 1, Importance = "LOW" },
        Key("table.whitelist", ConfigType.List, "Database", "Tables to read; may not be combined with query."),
        Key("db.timezone", ConfigType.String, "Database", "Time zone of times that are stored without one.") with { Default = "UTC" },
        Key("mode", ConfigType.String, "Mode", "How changes are found each time the source is polled.")
            with { Required = true, Allowed = Modes, Importance = "HIGH" },
        Key("incrementing.column.name", ConfigType.String, "Mode", "Column that only grows, in the incrementing modes."),
        Key("timestamp.column.name", ConfigType.List, "Mode", "Columns whose first non-null one holds the time of the last change."),
        Key("timestamp.initial", ConfigType.Long, "Mode", "Epoch milliseconds to start from where no offset is stored.")
            with { Importance = "LOW" },
        Key("validate.non.null", ConfigType.Boolean, "Mode", "Whether the columns must be declared NOT NULL; not checked by this worker.")
            with { Default = "true", Importance = "LOW" },
        Key("query", ConfigType.String, "Mode", "Query to read instead of tables; a WHERE clause is appended to it.")
            with { Importance = "MEDIUM" },
        Key("query.suffix", ConfigType.String, "Mode", "Text appended to the finished query.") with { Importance = "LOW" },
        Key("query.timeout.ms", ConfigType.Long, "Mode", "How long a query may go without giving a row; the address of a PostgreSQL source may set its own (options=-c statement_timeout).")
            with { Default = "60000", Min = 1, Importance = "LOW" },
        Key("numeric.mapping", ConfigType.String, "Mode", "How NUMERIC columns map to Connect's types.")
            with { Default = "none", Allowed = ["none", "precision_only", "best_fit", "best_fit_eager_double"], Importance = "LOW" },
        Key("topic.prefix", ConfigType.String, "Connector", "Topic of a query; for tables the name's first part.")
            with { Required = true, Importance = "HIGH" },
        Key("poll.interval.ms", ConfigType.Int, "Connector", "Time between two polls of a table or query.")
            with { Default = "5000", Min = 1, Importance = "HIGH" },
        Key("batch.max.rows", ConfigType.Int, "Connector", "Rows taken at once.") with { Default = "100", Min = 1, Importance = "LOW" },
        Key("timestamp.delay.interval.ms", ConfigType.Long, "Connector", "Age that a timestamp must have before its row is read.")
            with { Default = "0", Min = 0, Importance = "HIGH" },
    ];

    private static ConfigKey Key(string name, ConfigType type, string group, string documentation) => new(name, type, group, documentation);
}
