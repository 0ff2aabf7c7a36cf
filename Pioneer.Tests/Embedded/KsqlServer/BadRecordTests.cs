using System.Text.Json.Nodes;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>One record that a query cannot take, or whose result cannot be written, costs that record, whatever is wrong with it.</summary>
public sealed class BadRecordTests : IAsyncLifetime
{
    private const string Topic = "acme.t.payments";
    private const string Results = "acme.d.notes";

    private const string Declare =
        "CREATE STREAM PAYMENTS (ID BIGINT KEY, AMOUNT DECIMAL(18, 2), NOTE STRING, MADE BIGINT) WITH (KAFKA_TOPIC='acme.t.payments', TIMESTAMP='MADE', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
        + "CREATE STREAM NOTES (ID BIGINT KEY, N INTEGER, NOTE STRING) WITH (KAFKA_TOPIC='acme.d.notes', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";

    private const string Insert = "INSERT INTO NOTES WITH (QUERY_ID='NOTES_V1') SELECT ID, CAST(NOTE AS INTEGER) AS N, CONCAT(NOTE, NOTE) AS NOTE FROM PAYMENTS EMIT CHANGES;";
    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.Broker.CreateTopicAsync(Topic);
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Fact]
    public async Task Records_left_out_and_values_that_failed_are_counted_apart_with_place_and_reason()
    {
        await RunAsync();
        await _ksql.ProduceAsync(
            Topic, ("1", Note("1")), ("2", "{\"AMOUNT\":\"12,50\"}"), ("three", Note("3")), ("4", "}"), ("5", Note("abc")), ("6", "{\"AMOUNT\":\"1,5\"}"), ("7", Note("7")));

        Assert.Equal(["1", "5", "7"], _ksql.Read(Results, 3).Select(r => r.Message.Key));
        var query = await QueryAsync(skipped: 4);

        Assert.Equal("acme.t.payments, partition 0, offset 5", (string?)query["skipped"]!["lastPlace"]);
        Assert.Contains("AMOUNT", (string?)query["skipped"]!["lastReason"], StringComparison.Ordinal);
        Assert.Equal(1, (int)query["failedValues"]!["count"]!);
        Assert.Equal("acme.t.payments, partition 0, offset 4", (string?)query["failedValues"]!["lastPlace"]);
        Assert.StartsWith("N: ", (string?)query["failedValues"]!["lastReason"], StringComparison.Ordinal);
        Assert.InRange(Time(query["skipped"]!["lastAt"]), Time(query["skipped"]!["since"]), TimeProvider.System.GetUtcNow());
        Assert.Equal(4, (int)(await _ksql.RunAsync("EXPLAIN NOTES_V1;"))[0]!["queryDescription"]!["skipped"]!["count"]!);
    }

    [Fact]
    public async Task Query_without_a_fault_says_0_and_since_when()
    {
        await RunAsync();

        var query = await QueryAsync(skipped: 0);

        Assert.InRange(Time(query["skipped"]!["since"]), TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow());
        Assert.Null(query["skipped"]!["lastPlace"]);
        Assert.Equal(0, (int)query["failedValues"]!["count"]!);
    }

    [Fact]
    public async Task Row_whose_filter_fails_is_left_out_and_counted_and_one_that_the_filter_turns_down_is_not()
    {
        await RunAsync("INSERT INTO NOTES WITH (QUERY_ID='NOTES_V1') SELECT ID, 1 AS N, NOTE FROM PAYMENTS WHERE CAST(NOTE AS INTEGER) > 1 EMIT CHANGES;");
        await _ksql.ProduceAsync(Topic, ("1", Note("1")), ("2", Note("abc")), ("3", Note("3")));

        Assert.Equal(["3"], _ksql.Read(Results, 1).Select(r => r.Message.Key));
        Assert.StartsWith("WHERE: ", (string?)(await QueryAsync(skipped: 1))["skipped"]!["lastReason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_that_is_larger_than_a_producer_sends_is_left_out()
    {
        await RunAsync();
        await _ksql.ProduceAsync(Topic, ("1", Note("1")), ("2", Note(new string('x', 600_000))), ("3", Note("3")));

        Assert.Equal(["1", "3"], _ksql.Read(Results, 2).Select(r => r.Message.Key));
        var query = await QueryAsync(skipped: 1);
        Assert.Equal("acme.t.payments, partition 0, offset 1", (string?)query["skipped"]!["lastPlace"]);
        Assert.Equal("The result has 1,200,021 bytes; a record may have 1,000,000 at most.", (string?)query["skipped"]!["lastReason"]);
        Assert.Equal(0, (int)query["failedValues"]!["count"]!);
    }

    [Theory]
    [InlineData("max.message.bytes", "20000")]
    [InlineData("cleanup.policy", "compact")]
    [InlineData("message.timestamp.after.max.ms", "3600000")]
    public async Task Result_that_brokers_refuse_is_left_out_alone_and_what_stands_before_and_after_it_is_delivered_once(string config, string value)
    {
        int[] bad = [3, 250, 251, 499];
        await _ksql.ProduceAsync(Topic, Enumerable.Range(0, 500).Select(i => (config, bad.Contains(i)) switch
        {
            (_, false) => ((string?)$"{i}", (string?)Note("1")),
            ("max.message.bytes", _) => ($"{i}", Note(new string('1', 15_000))),
            ("cleanup.policy", _) => (null, Note("1")),
            _ => ($"{i}", "{\"MADE\":9000000000000}"),
        }));
        await RunAsync("INSERT INTO NOTES WITH (QUERY_ID='NOTES_V1') SELECT ID, 1 AS N, CONCAT(NOTE, NOTE) AS NOTE FROM PAYMENTS EMIT CHANGES;", (config, value));

        var records = _ksql.Read(Results, 496);

        Assert.Equal(Enumerable.Range(0, 500).Except(bad).Select(i => $"{i}"), records.Select(r => r.Message.Key));
        var query = await QueryAsync(skipped: 4);
        Assert.Equal("acme.t.payments, partition 0, offset 499", (string?)query["skipped"]!["lastPlace"]);
        Assert.StartsWith("The brokers refuse the result: ", (string?)query["skipped"]!["lastReason"], StringComparison.Ordinal);
        Assert.Empty((await _ksql.RunAsync("EXPLAIN NOTES_V1;"))[0]!["queryDescription"]!["queryErrors"]!.AsArray());
    }

    private static string Note(string note) => $"{{\"AMOUNT\":1,\"NOTE\":\"{note}\",\"MADE\":1700000000000}}";

    private static DateTimeOffset Time(JsonNode? ms) => DateTimeOffset.FromUnixTimeMilliseconds((long)ms!);

    private async Task RunAsync(string insert = Insert, params (string Name, string Value)[] configs)
    {
        await _ksql.Broker.CreateTopicAsync(Results, 1, configs);
        await _ksql.RunAsync(Declare + insert);
    }

    private async Task<JsonNode> QueryAsync(int skipped)
    {
        JsonNode? query = null;
        await KsqlHarness.UntilAsync($"{skipped} to be counted", async () =>
        {
            query = (await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]![0]!;
            return (int)query["skipped"]!["count"]! == skipped;
        });
        return query!;
    }
}
