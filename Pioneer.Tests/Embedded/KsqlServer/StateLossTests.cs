using System.Globalization;
using System.Text.Json.Nodes;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>Persistent queries with state that meet records from the end of time, or lose what they had kept.</summary>
public sealed class StateLossTests : IAsyncLifetime
{
    private const string Events =
        "CREATE STREAM EVENTS (K BIGINT KEY, V BIGINT, TS BIGINT) WITH (KAFKA_TOPIC='events', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', TIMESTAMP='TS');";

    // a full minute of today: retention takes what is a week old at any moment
    private static readonly long Start = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds() / 60_000 * 60_000;

    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.Broker.CreateTopicAsync("events");
        await _ksql.RunAsync(Events);
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Theory]
    [InlineData("CREATE TABLE T WITH (KAFKA_TOPIC='t') AS SELECT K, COUNT(*) AS N FROM EVENTS WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY K EMIT CHANGES;", 2)]
    [InlineData("CREATE TABLE T WITH (KAFKA_TOPIC='t') AS SELECT K, COUNT(*) AS N FROM EVENTS WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 30 SECONDS) GROUP BY K EMIT CHANGES;", 4)]
    [InlineData("CREATE TABLE T WITH (KAFKA_TOPIC='t') AS SELECT K, COUNT(*) AS N FROM EVENTS WINDOW SESSION (1 MINUTE) GROUP BY K EMIT CHANGES;", 3)]
    [InlineData("CREATE STREAM T WITH (KAFKA_TOPIC='t') AS SELECT A.K, B.V AS V FROM EVENTS A JOIN EVENTS2 B WITHIN 1 MINUTE ON A.K = B.K EMIT CHANGES;", 4)]
    public async Task Record_from_the_end_of_time_costs_one_record_and_the_query_goes_on(string query, int results)
    {
        await _ksql.RunAsync(Events.Replace("EVENTS (", "EVENTS2 (", StringComparison.Ordinal));
        await _ksql.RunAsync(query);
        await _ksql.ProduceAsync("events", Event(1, Start), Event(1, long.MaxValue), Event(1, long.MaxValue - 1_000), Event(1, Start + 1));

        await Wait.UntilAsync("the count of what was left out", async () => (long?)(await QueryAsync())["skipped"]!["count"] >= 2);
        Assert.Contains("after the last time there is", (string?)(await QueryAsync())["skipped"]!["lastReason"], StringComparison.Ordinal);
        var found = 0;
        foreach (var _ in KsqlTables.Records(_ksql.Broker, "t", () => found >= results))
        {
            found++;
        }

        Assert.Equal(results, found);
        await _ksql.RunAsync($"TERMINATE {(string?)(await QueryAsync())["id"]};");
        Assert.Empty((await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray());
    }

    /// <summary>A directory that is lost makes a query no new one: brokers know what it has committed.</summary>
    [Fact]
    public async Task Lost_changelog_is_told_though_the_servers_own_directory_is_lost_with_it()
    {
        await _ksql.RunAsync("CREATE TABLE T WITH (KAFKA_TOPIC='t') AS SELECT K, COUNT(*) AS N FROM EVENTS GROUP BY K EMIT CHANGES;");
        await _ksql.ProduceAsync("events", Event(1, Start), Event(1, Start + 1));
        Assert.Equal("{\"N\":2}", KsqlTables.Read(_ksql.Broker, "t", t => t.ContainsValue("{\"N\":2}"))["1"]);
        await _ksql.Server.DisposeAsync();
        var changelog = _ksql.Broker.Admin().GetMetadata(Patience.Usual).Topics.Single(t => t.Topic.EndsWith("-changelog", StringComparison.Ordinal)).Topic;
        await _ksql.Broker.Admin().DeleteTopicsAsync([changelog], new DeleteTopicsOptions { RequestTimeout = Patience.Usual });

        _ksql.LosePositions();
        await _ksql.OpenAsync();

        await Wait.UntilAsync("the query to say what it lost", async () => (string?)(await QueryAsync())["state"] == "ERROR");
        var errors = (await _ksql.RunAsync($"EXPLAIN {(string?)(await QueryAsync())["id"]};"))[0]!.ToJsonString();
        Assert.Contains("is gone, and the state with it", errors, StringComparison.Ordinal);
    }

    private static (string? Key, string? Value) Event(int key, long atMs) => (
        key.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{{\"V\":1,\"TS\":{atMs}}}"));

    private async Task<JsonNode> QueryAsync() => (await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]![0]!;
}
