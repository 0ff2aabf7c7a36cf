using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

public sealed class RestTests : IAsyncLifetime
{
    private const string Declare = "CREATE STREAM PAYMENTS (ID BIGINT KEY, AMOUNT DECIMAL(18, 2), DAY DATE) WITH (KAFKA_TOPIC='payments', PARTITIONS=2, KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";
    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.RunAsync(Declare);
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Fact]
    public async Task Query_stream_gives_a_header_then_rows_as_they_come()
    {
        using var stop = new CancellationTokenSource(Patience.Usual);
        using var response = await _ksql.OpenQueryAsync(
            "query-stream", KsqlHarness.StreamRequest("SELECT ID, AMOUNT, DAY FROM PAYMENTS WHERE AMOUNT > 1 EMIT CHANGES;", "latest"), "application/vnd.ksqlapi.delimited.v1", stop.Token);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop.Token));
        var header = JsonNode.Parse((await lines.ReadLineAsync(stop.Token))!)!;
        await _ksql.ProduceAsync("payments", ("1", "{\"AMOUNT\":0.5}"), ("2", "{\"AMOUNT\":12.5,\"DAY\":10}"));
        var row = await lines.ReadLineAsync(stop.Token);

        Assert.Equal("application/vnd.ksqlapi.delimited.v1", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("[\"ID\",\"AMOUNT\",\"DAY\"]", header["columnNames"]!.ToJsonString());
        Assert.Equal("[\"BIGINT\",\"DECIMAL(18, 2)\",\"DATE\"]", header["columnTypes"]!.ToJsonString());
        Assert.Equal("[2,12.50,\"1970-01-11\"]", row);

        var (status, _) = await _ksql.PostAsync(new Uri(_ksql.Server.Url, "close-query"), new JsonObject { ["queryId"] = (string?)header["queryId"] });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Null(await lines.ReadLineAsync(stop.Token));
    }

    [Fact]
    public async Task Query_stream_as_json_is_one_array_that_limit_ends()
    {
        await _ksql.ProduceAsync("payments", Enumerable.Range(0, 5).Select(i => ((string?)$"{i}", (string?)"{\"AMOUNT\":1}")));
        using var response = await _ksql.OpenQueryAsync(
            "query-stream", KsqlHarness.StreamRequest("SELECT ID FROM PAYMENTS EMIT CHANGES LIMIT 3;"), "application/json", CancellationToken.None);

        var all = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();

        Assert.Equal(4, all.Count);
        Assert.Equal("[\"ID\"]", all[0]!["columnNames"]!.ToJsonString());
    }

    [Fact]
    public async Task Query_gives_header_rows_and_final_message()
    {
        await _ksql.RunAsync("INSERT INTO PAYMENTS (ID, AMOUNT, DAY) VALUES (1, 2.5, '1970-01-02');");
        using var push = await _ksql.OpenQueryAsync("query", KsqlHarness.Request("SELECT * FROM PAYMENTS EMIT CHANGES LIMIT 1;"), "application/vnd.ksql.v1+json", CancellationToken.None);
        using var pull = await _ksql.OpenQueryAsync("query", KsqlHarness.Request("SELECT ID FROM PAYMENTS;"), "application/vnd.ksql.v1+json", CancellationToken.None);

        var rows = JsonNode.Parse(await push.Content.ReadAsStringAsync())!.AsArray();
        var pulled = JsonNode.Parse(await pull.Content.ReadAsStringAsync())!.AsArray();

        Assert.Equal("`ID` BIGINT, `AMOUNT` DECIMAL(18, 2), `DAY` DATE", (string?)rows[0]!["header"]!["schema"]);
        Assert.Equal("[1,2.50,\"1970-01-02\"]", rows[1]!["row"]!["columns"]!.ToJsonString());
        Assert.Equal("Limit Reached", (string?)rows[2]!["finalMessage"]);
        Assert.Equal("`ID` BIGINT KEY", (string?)pulled[0]!["header"]!["schema"]);
        Assert.Equal("Query Completed", (string?)pulled[^1]!["finalMessage"]);
    }

    [Theory]
    [InlineData("CREATE STREAM PAYMENTS (ID INT) WITH (KAFKA_TOPIC='x', PARTITIONS=1, VALUE_FORMAT='JSON');", 40001, "Cannot add stream 'PAYMENTS': A stream with the same name already exists")]
    [InlineData("CREATE STREAM Y (ID INT) WITH (KAFKA_TOPIC='missing', VALUE_FORMAT='JSON');", 40000, "Topic 'missing' does not exist.")]
    [InlineData("CREATE STREAM Y (ID INT) WITH (KAFKA_TOPIC='payments', PARTITIONS=7, VALUE_FORMAT='JSON');", 40000, "KSQL expects 7 partitions (topic has 2)")]
    [InlineData("CREATE STREAM Y (ID INT) WITH (VALUE_FORMAT='JSON');", 40001, "Missing required property \"KAFKA_TOPIC\"")]
    [InlineData("CREATE STREAM Y (ID INT) WITH (KAFKA_TOPIC='payments');", 40001, "Statement is missing the 'VALUE_FORMAT' property")]
    [InlineData("CREATE STREAM Y AS SELECT NOPE FROM PAYMENTS;", 40001, "NOPE")]
    [InlineData("INSERT INTO PAYMENTS SELECT ID, AMOUNT FROM PAYMENTS;", 40001, "Incompatible schema between results and sink.")]
    [InlineData("INSERT INTO PAYMENTS WITH (QUERY_ID='CSAS_X') SELECT * FROM PAYMENTS;", 40001, "reserved query ID prefix")]
    [InlineData("TERMINATE NOPE;", 40001, "Unknown queryId: NOPE")]
    [InlineData("DROP STREAM NOPE;", 40001, "Stream NOPE does not exist.")]
    [InlineData("SELECT * FROM PAYMENTS EMIT CHANGES;", 40002, "should be issued to the websocket endpoint '/query'")]
    [InlineData("CREATE STREEM Y;", 40001, "line 1:8")]
    [InlineData("DESCRIBE NOPE;", 40001, "Could not find STREAM/TABLE 'NOPE' in the Metastore")]
    public async Task Statement_that_is_wrong_is_answered_with_code_and_words_of_ksqldb(string statement, int code, string message)
    {
        var (status, body) = await _ksql.PostAsync(new Uri(_ksql.Server.Url, "ksql"), KsqlHarness.Request(statement));

        Assert.Equal(code / 100, (int)status);
        Assert.Equal(code, (int?)body!["error_code"]);
        Assert.Contains(message, (string?)body["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_in_any_statement_changes_nothing()
    {
        var (status, _) = await _ksql.PostAsync(
            new Uri(_ksql.Server.Url, "ksql"), KsqlHarness.Request("CREATE STREAM GOOD (X INT) WITH (KAFKA_TOPIC='good', PARTITIONS=1, VALUE_FORMAT='JSON'); DROP STREAM NOPE;"));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.DoesNotContain("GOOD", (await _ksql.RunAsync("SHOW STREAMS;")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("warning_entity", (string?)(await _ksql.RunAsync(Declare.Replace("STREAM PAYMENTS", "STREAM IF NOT EXISTS PAYMENTS", StringComparison.Ordinal)))[0]!["@type"]);
    }

    [Fact]
    public async Task Descriptions_tell_schema_queries_topics_and_functions()
    {
        await _ksql.RunAsync("CREATE STREAM BIG WITH (KAFKA_TOPIC='big') AS SELECT * FROM PAYMENTS WHERE AMOUNT > 5 EMIT CHANGES;");
        var answers = await _ksql.RunAsync("DESCRIBE BIG EXTENDED; SHOW QUERIES; SHOW TOPICS; DESCRIBE FUNCTION UCASE; SHOW PROPERTIES; LIST FUNCTIONS; LIST TABLES;");
        var queryId = (string?)answers[1]!["queries"]![0]!["id"];
        var explained = (await _ksql.RunAsync($"EXPLAIN {queryId};"))[0]!["queryDescription"]!;

        var described = answers[0]!["sourceDescription"]!;
        Assert.Equal("{\"name\":\"ID\",\"schema\":{\"type\":\"BIGINT\",\"fields\":null,\"memberSchema\":null},\"type\":\"KEY\"}", described["fields"]![0]!.ToJsonString());
        Assert.Equal(queryId, (string?)described["writeQueries"]![0]!["id"]);
        Assert.Equal(2, (int?)described["partitions"]);
        Assert.Equal("RUNNING", (string?)answers[1]!["queries"]![0]!["state"]);
        Assert.Equal(["big", "payments"], answers[2]!["topics"]!.AsArray().Select(t => (string?)t!["name"]));
        var properties = answers[4]!["properties"]!.AsArray().ToDictionary(p => (string)p!["name"]!, p => (string?)p!["value"]);
        Assert.Equal("exactly_once_v2", properties["ksql.streams.processing.guarantee"]);
        Assert.Equal("100", properties["ksql.streams.commit.interval.ms"]);
        Assert.Equal($"_confluent-ksql-default_query_{queryId}", (string?)explained["consumerGroupId"]);
        Assert.Equal("[\"PAYMENTS\"]", explained["sources"]!.ToJsonString());
        Assert.Equal("[\"BIG\"]", explained["sinks"]!.ToJsonString());
    }

    [Fact]
    public async Task Server_tells_who_it_is_only_to_whom_has_the_password()
    {
        var info = JsonNode.Parse(await _ksql.Http.GetStringAsync(new Uri(_ksql.Server.Url, "info")))!["KsqlServerInfo"]!;
        var health = JsonNode.Parse(await _ksql.Http.GetStringAsync(new Uri(_ksql.Server.Url, "healthcheck")))!;
        using var handler = new SocketsHttpHandler();
        using var stranger = new HttpClient(handler);
        using var refused = await stranger.GetAsync(new Uri(_ksql.Server.Url, "info"));
        using var unknown = await _ksql.Http.GetAsync(new Uri(_ksql.Server.Url, "services/nobody_/info"));

        Assert.Equal("default_", (string?)info["ksqlServiceId"]);
        Assert.Equal("RUNNING", (string?)info["serverStatus"]);
        Assert.True((bool?)health["isHealthy"]);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("40100", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }
}
