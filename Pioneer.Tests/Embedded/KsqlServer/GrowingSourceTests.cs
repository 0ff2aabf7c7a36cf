using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>Sources that grow: columns added to a stream, partitions added to its topic.</summary>
public sealed class GrowingSourceTests : IAsyncLifetime
{
    private const string Group = "_confluent-ksql-default_query_LARGE_V1";
    private const string Formats = "KEY_FORMAT='JSON', VALUE_FORMAT='JSON'";
    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.Broker.CreateTopicAsync("payments", 1);
        await _ksql.RunAsync(
            $"CREATE STREAM PAYMENTS (ID BIGINT KEY, AMOUNT BIGINT) WITH (KAFKA_TOPIC='payments', {Formats});"
            + $"CREATE STREAM LARGE (ID BIGINT KEY, AMOUNT BIGINT) WITH (KAFKA_TOPIC='large', PARTITIONS=1, REPLICAS=1, {Formats});");
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Fact]
    public async Task Added_column_is_there_for_new_queries_while_old_ones_stay_on_their_plan_also_after_a_restart()
    {
        await _ksql.RunAsync("INSERT INTO LARGE WITH (QUERY_ID='LARGE_V1') SELECT * FROM PAYMENTS EMIT CHANGES;");

        var answer = await _ksql.RunAsync("ALTER STREAM PAYMENTS ADD COLUMN CURRENCY STRING;");
        await _ksql.RunAsync(
            "CREATE STREAM WIDE WITH (KAFKA_TOPIC='wide') AS SELECT ID, CURRENCY FROM PAYMENTS EMIT CHANGES;");
        await _ksql.RestartAsync();
        await _ksql.ProduceAsync("payments", ("1", "{\"AMOUNT\":5,\"CURRENCY\":\"CHF\"}"));

        Assert.Equal("Stream altered", (string?)answer[0]!["commandStatus"]!["message"]);
        Assert.Equal("{\"CURRENCY\":\"CHF\"}", Assert.Single(_ksql.Read("wide", 1)).Message.Value);
        Assert.Equal("{\"AMOUNT\":5}", Assert.Single(_ksql.Read("large", 1)).Message.Value);
    }

    [Theory]
    [InlineData("ALTER STREAM PAYMENTS ADD COLUMN AMOUNT STRING;", "A column with the same name already exists")]
    [InlineData("ALTER TABLE PAYMENTS ADD COLUMN CURRENCY STRING;", "Incompatible data source type is STREAM")]
    [InlineData("ALTER STREAM NOTHING ADD COLUMN CURRENCY STRING;", "Source NOTHING does not exist")]
    public async Task Column_that_cannot_be_added_is_refused_with_the_reason(string statement, string reason)
    {
        var (_, body) = await _ksql.PostAsync(KsqlHarness.Under(_ksql.Server.Url, "ksql"), KsqlHarness.Request(statement));

        Assert.Contains(reason, (string?)body!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partitions_added_before_a_pause_lose_nothing_at_the_resume()
    {
        await _ksql.RunAsync("INSERT INTO LARGE WITH (QUERY_ID='LARGE_V1') SELECT * FROM PAYMENTS EMIT CHANGES;", earliest: false);
        await Wait.UntilAsync("an offset", () => _ksql.Committed(Group, "payments").Count == 1);

        await _ksql.RunAsync("PAUSE LARGE_V1;");
        await _ksql.Broker.Admin().CreatePartitionsAsync([new PartitionsSpecification { Topic = "payments", IncreaseTo = 4 }]);
        await Wait.UntilAsync("four partitions", () =>
            _ksql.Broker.Admin().GetMetadata("payments", Patience.Usual).Topics[0].Partitions.Count == 4);
        await _ksql.ProduceAsync("payments", Enumerable.Range(0, 100).Select(i => ((string?)$"{i}", (string?)"{\"AMOUNT\":5}")));
        await _ksql.RunAsync("RESUME LARGE_V1;", earliest: false);

        Assert.Equal(100, _ksql.Read("large", 100).Select(r => r.Message.Key).Distinct().Count());
    }
}
