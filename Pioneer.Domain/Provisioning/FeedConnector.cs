using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Sources;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// The configuration of the connector that reads one feed for one tenant. The source filters by tenant, so no mixed topic exists. The JDBC
/// connector appends its own WHERE to <c>query</c>, therefore the filter stands in a subquery.
/// </summary>
public static class FeedConnector
{
    /// <summary>A batch feed is read when it is created and when its connector is restarted; the poll is a day as a safety net.</summary>
    public const int BatchPollIntervalMs = 86_400_000;

    /// <summary>The plug-in that reads databases.</summary>
    public const string Class = "io.confluent.connect.jdbc.JdbcSourceConnector";

    /// <summary>Header on the records of a batch feed: <see cref="BatchRow"/>, or that a batch run found the row gone.</summary>
    public const string BatchHeader = "pioneer-batch";

    /// <summary>What <see cref="BatchHeader"/> says of a row as the table holds it.</summary>
    public const string BatchRow = "row";

    private const string SecretStart = "${secret:";
    private const string JsonConverter = "org.apache.kafka.connect.json.JsonConverter";

    public static ConnectorSpec Describe(TenantSlug tenant, WantedFeed wanted, bool paused)
    {
        var topic = TopicNames.Feed(tenant, wanted.Feed.Name);
        var config = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        config["connector.class"] = Class;
        config["tasks.max"] = "1";
        config["connection.url"] = wanted.Source.ConnectionUrl;
        config["query"] = Query(wanted.Source.Kind, wanted.Feed, wanted.Entitlement.TenantValue);
        config["topic.prefix"] = topic;
        config["db.timezone"] = wanted.Source.TimeZone;
        // Not best_fit: it makes DECIMAL(18,2) a floating point number, and money loses its cents above 2^53.
        config["numeric.mapping"] = "none";
        config["validate.non.null"] = "false";
        // one row that cannot be a record costs that row, not the feed
        config["errors.tolerance"] = "all";
        config["errors.log.enable"] = "true";
        AddCredentials(config, wanted);
        if (wanted.Feed.QueryLimitMs is { } limit)
        {
            // the embedded worker's own key; Kafka Connect's plug-in has none, there the server ends the query by what its address says
            config["query.timeout.ms"] = limit.ToString(CultureInfo.InvariantCulture);
            config["connection.url"] = QueryLimits.Address(limit, wanted.Source.ConnectionUrl);
        }

        AddPolling(config, wanted.Feed);
        AddTransforms(config, wanted.Feed);
        config["key.converter"] = JsonConverter;
        config["key.converter.schemas.enable"] = "false";
        config["key.converter.decimal.format"] = "NUMERIC";
        config["value.converter"] = JsonConverter;
        config["value.converter.schemas.enable"] = "false";
        config["value.converter.decimal.format"] = "NUMERIC";
        return new ConnectorSpec(topic, config.ToImmutable(), paused);
    }

    /// <summary>The secret that a placeholder stands for; null for any other text.</summary>
    public static string? SecretOf(string value) =>
        value.StartsWith(SecretStart, StringComparison.Ordinal) && value.EndsWith('}') ? value[SecretStart.Length..^1] : null;

    /// <summary>What stands for a secret in a plan.</summary>
    public static string PlaceholderOf(string secret) => $"{SecretStart}{secret}}}";

    internal static string Query(SourceKind kind, Feed feed, string tenantValue)
    {
        var columns = feed.Columns
            .Where(column => !string.Equals(column.Name, feed.TenantColumn, StringComparison.OrdinalIgnoreCase))
            .Select(column => $"{Quoted(column.Name)} AS {Quoted(column.RecordName)}");
        return $"SELECT * FROM (SELECT {string.Join(", ", columns)} FROM {Table(feed.Table)} WHERE {IsTenants(kind, feed, tenantValue)}) q";
    }

    /// <summary>
    /// The keys of all rows of the tenant. A row whose one key column is empty has none in its topic either; of several, an empty one is a part like others.
    /// </summary>
    public static string KeysQuery(SourceKind kind, Feed feed, string tenantValue)
    {
        var key = string.Join(", ", feed.KeyColumns.Select(Quoted));
        var present = feed.KeyColumns.Length == 1 ? $"{key} IS NOT NULL AND " : "";
        return $"SELECT {key} FROM {Table(feed.Table)} WHERE {present}{IsTenants(kind, feed, tenantValue)}";
    }

    /// <summary>The condition that a row of the feed's table is one tenant's, in the source's SQL.</summary>
    public static string IsTenants(SourceKind kind, Feed feed, string tenantValue) =>
        $"{Compared(kind, feed)} = {SqlNames.Literal(tenantValue)}";

    /// <summary>The tenant column, compared letter by letter: a column that is declared to ignore case would give one tenant another's rows.</summary>
    public static string Compared(SourceKind kind, Feed feed)
    {
        var column = Quoted(feed.TenantColumn);
        var declared = feed.Columns.FirstOrDefault(known => string.Equals(known.Name, feed.TenantColumn, StringComparison.OrdinalIgnoreCase))?.SourceType;
        return kind switch
        {
            SourceKind.Sqlite => $"{column} COLLATE BINARY",
            SourceKind.PostgreSql when string.Equals(declared, "citext", StringComparison.OrdinalIgnoreCase) => $"{column}::text",
            _ => column,
        };
    }

    private static void AddCredentials(ImmutableSortedDictionary<string, string>.Builder config, WantedFeed wanted)
    {
        if (wanted.Source.Username is { Length: > 0 } user)
        {
            config["connection.user"] = user;
        }

        if (wanted.Source.PasswordSecret is { } secret)
        {
            config["connection.password"] = PlaceholderOf(secret);
            config[ConnectorSpec.SecretGenerationKey] = wanted.SecretGeneration.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static void AddPolling(ImmutableSortedDictionary<string, string>.Builder config, Feed feed)
    {
        if (feed.Kind is FeedKind.State)
        {
            config["mode"] = "bulk";
            config["poll.interval.ms"] = BatchPollIntervalMs.ToString(CultureInfo.InvariantCulture);
            return;
        }

        config["poll.interval.ms"] = feed.PollIntervalMs.ToString(CultureInfo.InvariantCulture);
        config["mode"] = (feed.TimestampColumn, feed.IncrementingColumn) switch
        {
            (not null, not null) => "timestamp+incrementing",
            (not null, null) => "timestamp",
            _ => "incrementing",
        };
        if (feed.TimestampColumn is { } timestamp)
        {
            config["timestamp.column.name"] = RecordName(feed, timestamp);
            config["timestamp.delay.interval.ms"] = feed.CommitDelayMs.ToString(CultureInfo.InvariantCulture);
        }

        if (feed.IncrementingColumn is { } incrementing)
        {
            config["incrementing.column.name"] = RecordName(feed, incrementing);
        }
    }

    // the connector sees the names that the subquery gives
    private static string RecordName(Feed feed, string column) =>
        feed.Columns.First(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase)).RecordName;

    private static void AddTransforms(ImmutableSortedDictionary<string, string>.Builder config, Feed feed)
    {
        var key = FeedSchema.KeyNames(feed);
        List<string> transforms = ["makeKey"];
        config["transforms.makeKey.type"] = "org.apache.kafka.connect.transforms.ValueToKey";
        config["transforms.makeKey.fields"] = string.Join(',', key);
        if (key is [var single])
        {
            // of several columns the key stays the struct that was made: ksqlDB reads several key columns from a JSON object
            transforms.Add("keyField");
            config["transforms.keyField.type"] = "org.apache.kafka.connect.transforms.ExtractField$Key";
            config["transforms.keyField.field"] = single;
        }

        if (feed.Kind is FeedKind.State)
        {
            transforms.Add("markBatch");
            // each restart reads the whole table again, so that its rows are no news
            config["transforms.markBatch.type"] = "org.apache.kafka.connect.transforms.InsertHeader";
            config["transforms.markBatch.header"] = BatchHeader;
            config["transforms.markBatch.value.literal"] = BatchRow;
        }

        config["transforms"] = string.Join(',', transforms);
    }

    private static string Table(string table) => string.Join('.', table.Split('.').Select(Quoted));

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
