using Pioneer.Domain.Recovery;
using Pioneer.Tests.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>What the database itself says will come again ends the task at once, in words that nobody restarts it after.</summary>
public sealed class LastingFailureTests(PostgresFixture postgres, EmbeddedBrokerFixture broker)
    : IClassFixture<PostgresFixture>, IClassFixture<EmbeddedBrokerFixture>
{
    [Theory]
    [InlineData("REVOKE SELECT ON {0} FROM {0}", "SQLSyntaxErrorException", "42501")]
    [InlineData("ALTER TABLE {0} DROP COLUMN note", "SQLSyntaxErrorException", "42703")]
    [InlineData("DROP TABLE {0}", "SQLSyntaxErrorException", "42P01")]
    [InlineData(
        "ALTER ROLE {0} NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{0}'", "SQLInvalidAuthorizationSpecException", "28000")]
    public async Task Source_that_stops_letting_the_connector_read_ends_its_task_for_good(string sql, string cause, string state)
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = kit.Topic("lasting");
        var table = $"t{Guid.NewGuid():N}";
        await kit.CreateTopicAsync(topic, 1);
        await kit.StartWorkerAsync();
        await postgres.SqlAsync($"CREATE TABLE {table} (id integer, note text); INSERT INTO {table} VALUES (1, 'x'); CREATE ROLE {table} LOGIN; GRANT SELECT ON {table} TO {table}");
        await kit.PutAsync(topic, Config(kit, topic, table));
        await Wait.UntilAsync(() => kit.Read(topic).Count == 1);

        await postgres.SqlAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, table));

        await kit.WaitForStateAsync(topic, "FAILED");
        await AssertTraceAsync(kit, topic, cause, state);
    }

    [Fact]
    public async Task Sign_in_that_is_refused_is_tried_once_however_many_attempts_are_allowed()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = kit.Topic("refused");
        await kit.CreateTopicAsync(topic, 1);
        await kit.StartWorkerAsync();
        var config = Config(kit, topic, "nobody");
        config["connection.attempts"] = "1000";
        config["connection.backoff.ms"] = "86400000";

        await kit.PutAsync(topic, config);

        await kit.WaitForStateAsync(topic, "FAILED");
        await AssertTraceAsync(kit, topic, "SQLInvalidAuthorizationSpecException", "28000");
    }

    private static async Task AssertTraceAsync(ConnectKit kit, string connector, string cause, string state)
    {
        var (_, status) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{connector}/status");
        var trace = status!["tasks"]![0]!["trace"]!.ToString();
        Assert.StartsWith($"org.apache.kafka.connect.errors.ConnectException: java.sql.{cause}: PostgreSQL 127.0.0.1:", trace, StringComparison.Ordinal);
        Assert.Contains($"[{state}]", trace.Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(cause, ConnectorFailure.LastingCause(trace));
    }

    private Dictionary<string, string> Config(ConnectKit kit, string topic, string user) => kit.PaymentsConfig(
        topic, "incrementing", ("connection.url", postgres.JdbcUrl), ("connection.user", user), ("query", $"SELECT * FROM (SELECT id, note FROM {user}) q"));
}
