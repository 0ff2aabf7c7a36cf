using System.Collections.Immutable;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>What of a table or query is read again and again.</summary>
internal enum JdbcMode
{
    Bulk,
    Incrementing,
    Timestamp,
    TimestampIncrementing,
}

/// <summary>How NUMERIC columns become values (<c>numeric.mapping</c>).</summary>
internal enum NumericMapping
{
    None,
    PrecisionOnly,
    BestFit,
}

/// <summary>The settings of one JDBC source task, read from a validated configuration.</summary>
internal sealed record JdbcSourceSettings(
    ISourceDialect Dialect,
    JdbcMode Mode,
    string? Query,
    string QuerySuffix,
    ImmutableArray<string> Tables,
    string TopicPrefix,
    TimeSpan PollInterval,
    int BatchMaxRows,
    string? IncrementingColumn,
    ImmutableArray<string> TimestampColumns,
    long? TimestampInitialMs,
    TimeSpan TimestampDelay,
    NumericMapping NumericMapping,
    int ConnectionAttempts,
    TimeSpan ConnectionBackoff)
{
    public const string TaskTables = "tables";

    public bool UsesIncrementing => Mode is JdbcMode.Incrementing or JdbcMode.TimestampIncrementing;

    public bool UsesTimestamp => Mode is JdbcMode.Timestamp or JdbcMode.TimestampIncrementing;

    /// <exception cref="ConnectConfigException">A value is missing, malformed, or does not fit the others.</exception>
    public static JdbcSourceSettings Parse(IReadOnlyDictionary<string, string> config, TimeProvider time)
    {
        var view = new ConfigView(config);
        var mode = ParseMode(view);
        var query = view.Find("query");
        var tables = view.Find(TaskTables) is null ? view.GetList("table.whitelist") : view.GetList(TaskTables);
        if ((query is null) == (tables.Count == 0))
        {
            throw new ConnectConfigException(
                query is null ? "table.whitelist" : "query",
                query is null
                    ? "Either query or table.whitelist must say what to read: both are missing."
                    : "query may not be combined with table.whitelist.");
        }

        var zone = view.Get("db.timezone", "UTC");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var timeZone))
        {
            throw view.Invalid("db.timezone", zone, "Invalid time zone identifier");
        }

        var settings = new JdbcSourceSettings(
            JdbcUrl.Dialect(view, timeZone, time),
            mode,
            query,
            view.Get("query.suffix", ""),
            [.. tables],
            view.Require("topic.prefix"),
            TimeSpan.FromMilliseconds(view.GetLong("poll.interval.ms", 5_000)),
            view.GetInt("batch.max.rows", 100),
            view.Find("incrementing.column.name"),
            [.. view.GetList("timestamp.column.name")],
            view.Find("timestamp.initial") is null ? null : view.GetLong("timestamp.initial", 0),
            TimeSpan.FromMilliseconds(view.GetLong("timestamp.delay.interval.ms", 0)),
            view.Get("numeric.mapping", "none") switch
            {
                "precision_only" => NumericMapping.PrecisionOnly,
                "best_fit" or "best_fit_eager_double" => NumericMapping.BestFit,
                _ => NumericMapping.None,
            },
            view.GetInt("connection.attempts", 3),
            TimeSpan.FromMilliseconds(view.GetLong("connection.backoff.ms", 10_000)));
        settings.RequireColumns();
        return settings;
    }

    private static JdbcMode ParseMode(ConfigView view) => view.Require("mode") switch
    {
        "bulk" => JdbcMode.Bulk,
        "incrementing" => JdbcMode.Incrementing,
        "timestamp" => JdbcMode.Timestamp,
        "timestamp+incrementing" => JdbcMode.TimestampIncrementing,
        var other => throw view.Invalid("mode", other, $"String must be one of: {string.Join(", ", JdbcSourceConfig.Modes)}"),
    };

    private void RequireColumns()
    {
        if (UsesTimestamp && TimestampColumns.IsEmpty)
        {
            throw new ConnectConfigException(
                "timestamp.column.name",
                "timestamp.column.name is required in the modes timestamp and timestamp+incrementing.");
        }

        if (UsesIncrementing && IncrementingColumn is null)
        {
            throw new ConnectConfigException(
                "incrementing.column.name",
                "incrementing.column.name is required in the modes incrementing and timestamp+incrementing: "
                + "the worker does not guess the column.");
        }
    }
}
