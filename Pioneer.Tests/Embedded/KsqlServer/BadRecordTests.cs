using System.Text.Json.Nodes;
using CsCheck;
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

    [Fact]
    public async Task Any_mix_of_good_and_bad_records_delivers_exactly_the_good_ones_once_and_in_order_with_exact_counts()
    {
        const int Mixes = 4;
        var mix = 0;
        await Gen.Int[0, 99].Array[50, 200].SampleAsync(
            async picks =>
            {
                var name = $"MIX{Interlocked.Increment(ref mix)}";
                var kinds = picks.Select(KindOf).ToArray();
                await _ksql.Broker.CreateTopicAsync($"{name}-in");
                await _ksql.Broker.CreateTopicAsync(name, 1, ("max.message.bytes", "60000"));
                await _ksql.ProduceAsync($"{name}-in", kinds.Select(RecordOf));
                await _ksql.RunAsync(
                    $"CREATE STREAM {name}_IN (ID BIGINT KEY, AMOUNT DECIMAL(18, 2), NOTE STRING, PICK STRING) WITH (KAFKA_TOPIC='{name}-in', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
                    + $"CREATE STREAM {name} (ID BIGINT KEY, N INTEGER, NOTE STRING) WITH (KAFKA_TOPIC='{name}', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
                    + $"INSERT INTO {name} WITH (QUERY_ID='{name}_V1') SELECT ID, CAST(PICK AS INTEGER) AS N, CONCAT(NOTE, NOTE) AS NOTE FROM {name}_IN"
                    + " WHERE CAST(SUBSTRING(PICK, 1, 1) AS INTEGER) > 0 EMIT CHANGES;");

                var delivered = kinds.Select((kind, i) => (kind, i)).Where(at => at.kind is "good" or "NULL").Select(at => $"{at.i}").ToList();
                Assert.Equal(delivered, _ksql.Read(name, delivered.Count).Select(r => r.Message.Key));
                var skipped = kinds.Count(kind => kind is "not JSON" or "no number" or "no key" or "WHERE fails" or "too large" or "refused");
                var query = await QueryAsync(skipped, $"{name}_V1");
                Assert.Equal(kinds.Count(kind => kind == "NULL"), (int)query["failedValues"]!["count"]!);
                await _ksql.RunAsync($"TERMINATE {name}_V1;");
            },
            iter: Mixes, threads: 1);
    }

    private static string KindOf(int pick) => pick switch
    {
        < 60 => "good", < 68 => "turned down", < 74 => "not JSON", < 80 => "no number", < 84 => "no key", < 89 => "WHERE fails", < 94 => "NULL", < 96 => "too large", < 98 => "refused", _ => "tombstone",
    };

    private static (string? Key, string? Value) RecordOf(string kind, int i) => (kind == "no key" ? "k" : $"{i}", kind switch
    {
        "not JSON" => "{",
        "no number" => "{\"AMOUNT\":\"n/a\",\"PICK\":\"1\",\"NOTE\":\"x\"}",
        "turned down" => Picked("0", "x"),
        "WHERE fails" => Picked("x", "x"),
        "NULL" => Picked("1x", "x"),
        "too large" => Picked("1", new string('x', 600_000)),
        "refused" => Picked("1", new string('x', 40_000)),
        "tombstone" => null,
        _ => Picked("1", "x"),
    });

    private static string Picked(string pick, string note) => $"{{\"AMOUNT\":1,\"PICK\":\"{pick}\",\"NOTE\":\"{note}\"}}";

    [Fact]
    public async Task Preview_skips_as_the_deployed_query_does_and_says_so_to_who_asks()
    {
        await _ksql.RunAsync(Declare.Replace("KAFKA_TOPIC='acme.d.notes',", "KAFKA_TOPIC='acme.d.notes', PARTITIONS=1,", StringComparison.Ordinal));
        await _ksql.ProduceAsync(
            Topic, ("1", Note("1")), ("2", "{\"AMOUNT\":\"12,50\"}"), ("three", Note("3")), ("4", "}"), ("5", Note("\\ud83d")), ("2535", Note("6")), ("7", "{\"NOTE\":\"7\"}"), ("8", Note("8")));
        const string Sql = "SELECT ID, NOTE, FROM_UNIXTIME(ID * 100000000000) AS T, CAST(NOTE AS INTEGER) AS N FROM PAYMENTS EMIT CHANGES LIMIT 4;";
        string[] rows =
        [
            "[1,\"1\",\"1973-03-03T09:46:40.000\",1]", "[5,\"\\ud83d\",\"1985-11-05T00:53:20.000\",null]", "[2535,\"6\",253500000000000,6]", "[8,\"8\",\"1995-05-09T06:13:20.000\",8]",
        ];

        var told = await LinesAsync(Sql, tellFaults: true);
        var last = JsonNode.Parse(told[^1])!;

        Assert.Equal(rows, told[1..].Where(line => line[0] == '['));
        Assert.Equal((4, 1), ((int)last["skipped"]!["count"]!, (int)last["failedValues"]!["count"]!));
        Assert.Equal("acme.t.payments, partition 0, offset 6", (string?)last["skipped"]!["lastPlace"]);
        Assert.Equal("acme.t.payments, partition 0, offset 4", (string?)last["failedValues"]!["lastPlace"]);
        Assert.Equal(rows, (await LinesAsync(Sql, tellFaults: false))[1..]);
    }

    [Fact]
    public async Task Whoever_leaves_after_some_rows_has_been_told_what_was_left_out_before_them_and_the_server_tells_when_it_closes_the_query()
    {
        await _ksql.RunAsync(Declare.Replace("KAFKA_TOPIC='acme.d.notes',", "KAFKA_TOPIC='acme.d.notes', PARTITIONS=1,", StringComparison.Ordinal));
        await _ksql.ProduceAsync(Topic, ("1", Note("1")), ("two", Note("2")), ("3", Note("3")), ("4", "}"), ("5", Note("5")));
        using var response = await OpenAsync("SELECT ID FROM PAYMENTS EMIT CHANGES;", tellFaults: true);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var header = JsonNode.Parse((await lines.ReadLineAsync(TestContext.Current.CancellationToken))!)!;

        var first = await CountBeforeAsync(lines, "[1]", told: null);
        Assert.NotNull(first);
        var second = await CountBeforeAsync(lines, "[3]", first);
        Assert.InRange(second!.Value, 1, 2);
        Assert.Equal(2, await CountBeforeAsync(lines, "[5]", second));

        await _ksql.PostAsync(KsqlHarness.Under(_ksql.Server.Url, "close-query"), new JsonObject { ["queryId"] = (string?)header["queryId"] });
        var rest = await lines.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (int)JsonNode.Parse(rest.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!["skipped"]!["count"]!);
    }

    /// <summary>Reads on to a row, and gives the last count that was told before it; null where none was.</summary>
    private static async Task<int?> CountBeforeAsync(StreamReader lines, string row, int? told)
    {
        var count = told;
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && line != row)
        {
            count = (int?)JsonNode.Parse(line)!["skipped"]!["count"];
        }

        return count;
    }

    private async Task<string[]> LinesAsync(string sql, bool tellFaults)
    {
        using var response = await OpenAsync(sql, tellFaults);
        return (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Task<HttpResponseMessage> OpenAsync(string sql, bool tellFaults)
    {
        var request = KsqlHarness.StreamRequest(sql);
        request["tellFaults"] = tellFaults;
        return _ksql.OpenQueryAsync("query-stream", request, "application/vnd.ksqlapi.delimited.v1", TestContext.Current.CancellationToken);
    }

    // of late: results of long ago are deleted by the broker's first look for what is old, half a minute after its start
    private static readonly long Made = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();

    private static string Note(string note) => $"{{\"AMOUNT\":1,\"NOTE\":\"{note}\",\"MADE\":{Made}}}";

    private static DateTimeOffset Time(JsonNode? ms) => DateTimeOffset.FromUnixTimeMilliseconds((long)ms!);

    private async Task RunAsync(string insert = Insert, params (string Name, string Value)[] configs)
    {
        await _ksql.Broker.CreateTopicAsync(Results, 1, configs);
        await _ksql.RunAsync(Declare + insert);
    }

    private async Task<JsonNode> QueryAsync(int skipped, string id = "NOTES_V1")
    {
        JsonNode? query = null;
        await Wait.UntilAsync($"{skipped} to be counted", async () =>
        {
            query = (await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray().Single(listed => (string?)listed!["id"] == id)!;
            return (int)query["skipped"]!["count"]! == skipped;
        });
        return query!;
    }
}
