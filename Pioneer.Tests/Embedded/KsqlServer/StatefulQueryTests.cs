using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>Persistent queries with state on the embedded ksql server, over an embedded broker.</summary>
public sealed class StatefulQueryTests : IAsyncLifetime
{
    private const string Payments =
        "CREATE STREAM PAYMENTS (ID BIGINT KEY, ACCOUNT STRING, AMOUNT BIGINT) WITH (KAFKA_TOPIC='payments', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";

    private const string Accounts =
        "CREATE TABLE ACCOUNTS (NO STRING PRIMARY KEY, OWNER STRING) WITH (KAFKA_TOPIC='accounts', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";

    private const string Limits =
        "CREATE TABLE LIMITS (NO STRING PRIMARY KEY, MOST BIGINT) WITH (KAFKA_TOPIC='limits', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";

    private const string Totals =
        "CREATE TABLE TOTALS WITH (KAFKA_TOPIC='totals') AS SELECT ACCOUNT, COUNT(*) AS N, SUM(AMOUNT) AS TOTAL FROM PAYMENTS GROUP BY ACCOUNT EMIT CHANGES;";

    // a full minute of today: retention takes what is a week old at any moment
    private static readonly long Start = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds() / 60_000 * 60_000;

    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        foreach (var topic in new[] { "payments", "accounts", "limits" })
        {
            await _ksql.Broker.CreateTopicAsync(topic, 3);
        }

        await _ksql.RunAsync(Payments + Accounts + Limits);
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Fact]
    public async Task Counts_and_sums_of_another_column_than_the_key_come_together_from_all_partitions()
    {
        await _ksql.RunAsync(Totals);
        await PayAsync(0, 300);

        Assert.Equal(Expected(300), Table("totals", Expected(300)));
        Assert.Contains("Aggregate-GroupBy-repartition", string.Join('\n', InternalTopics()), StringComparison.Ordinal);
        Assert.Contains("Aggregate-Aggregate-Materialize-changelog", string.Join('\n', InternalTopics()), StringComparison.Ordinal);
        Assert.All(InternalTopics(), topic => Assert.Equal(3, Partitions(topic)));
    }

    [Fact]
    public async Task Having_takes_groups_out_again()
    {
        await _ksql.RunAsync("CREATE TABLE FEW WITH (KAFKA_TOPIC='few') AS SELECT ACCOUNT, COUNT(*) AS N FROM PAYMENTS GROUP BY ACCOUNT HAVING COUNT(*) < 3 EMIT CHANGES;");
        await _ksql.ProduceAsync("payments", Payment(1, "a", 1), Payment(2, "a", 1), Payment(3, "a", 1), Payment(4, "b", 1));

        var table = KsqlTables.Read(_ksql.Broker, "few", t => t.Count == 1 && t.ContainsKey("\"b\""));

        Assert.Equal(["\"b\""], table.Keys);
    }

    [Fact]
    public async Task Sums_of_windows_have_the_start_of_the_window_in_the_key()
    {
        await _ksql.RunAsync("CREATE TABLE PER_MINUTE WITH (KAFKA_TOPIC='minutes') AS SELECT ACCOUNT, SUM(AMOUNT) AS TOTAL FROM PAYMENTS WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY ACCOUNT EMIT CHANGES;");
        await WriteAsync(("1", "a", 5, 1), ("2", "a", 6, 59_999), ("3", "a", 7, 60_000), ("4", "b", 8, 30_000));
        var expected = Sorted(($"\"a\"@{Start}", "{\"TOTAL\":11}"), ($"\"a\"@{Start + 60_000}", "{\"TOTAL\":7}"), ($"\"b\"@{Start}", "{\"TOTAL\":8}"));

        Assert.Equal(expected, KsqlTables.Read(_ksql.Broker, "minutes", expected.SequenceEqual, KsqlTables.Windowed));
        var listed = (await _ksql.RunAsync("SHOW TABLES;"))[0]!["tables"]!.AsArray().Single(t => (string?)t!["name"] == "PER_MINUTE")!;
        Assert.True((bool)listed["isWindowed"]!);
        Assert.Equal("TUMBLING", (string?)(await _ksql.RunAsync("DESCRIBE PER_MINUTE;"))[0]!["sourceDescription"]!["windowType"]);
    }

    [Fact]
    public async Task Sessions_that_meet_become_one()
    {
        await _ksql.RunAsync("CREATE TABLE VISITS WITH (KAFKA_TOPIC='visits') AS SELECT ACCOUNT, COUNT(*) AS N FROM PAYMENTS WINDOW SESSION (10 SECONDS) GROUP BY ACCOUNT EMIT CHANGES;");
        await WriteAsync(("1", "a", 1, 1_000));
        await WriteAsync(("1", "a", 1, 15_000));
        await WriteAsync(("1", "a", 1, 8_000));
        var expected = Sorted(($"\"a\"@{Start + 1_000}-{Start + 15_000}", "{\"N\":3}"));

        Assert.Equal(expected, KsqlTables.Read(_ksql.Broker, "visits", expected.SequenceEqual, KsqlTables.InSession));
    }

    [Fact]
    public async Task Final_results_come_once_when_their_window_is_over()
    {
        await _ksql.RunAsync("CREATE TABLE FINAL_MINUTES WITH (KAFKA_TOPIC='final') AS SELECT ID, SUM(AMOUNT) AS TOTAL FROM PAYMENTS WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 0 SECONDS) GROUP BY ID EMIT FINAL;");
        await WriteAsync(("1", "a", 5, 1), ("1", "a", 6, 10_000), ("1", "a", 7, 61_000));
        var rows = new List<string>();
        foreach (var record in KsqlTables.Records(_ksql.Broker, "final", () => rows.Count > 0))
        {
            rows.Add(KsqlTables.Windowed(record.Message.Key!));
        }

        Assert.Equal([$"1@{Start}"], rows);
    }

    [Fact]
    public async Task Rows_of_a_stream_take_what_the_table_says_of_their_key()
    {
        await _ksql.ProduceAsync("accounts", ("\"a\"", "{\"OWNER\":\"Ada\"}"), ("\"b\"", "{\"OWNER\":\"Bob\"}"));
        await _ksql.RunAsync("CREATE STREAM OWNED WITH (KAFKA_TOPIC='owned') AS SELECT P.ACCOUNT AS NO, P.AMOUNT, A.OWNER FROM PAYMENTS P LEFT JOIN ACCOUNTS A ON P.ACCOUNT = A.NO EMIT CHANGES;");
        await UntilReadAsync("CSAS_OWNED", "accounts", 2);
        await _ksql.ProduceAsync("payments", Payment(1, "a", 1), Payment(2, "b", 2), Payment(3, "c", 3));
        var expected = Sorted(("\"a\"", "{\"AMOUNT\":1,\"OWNER\":\"Ada\"}"), ("\"b\"", "{\"AMOUNT\":2,\"OWNER\":\"Bob\"}"), ("\"c\"", "{\"AMOUNT\":3,\"OWNER\":null}"));

        Assert.Equal(expected, Table("owned", expected));
    }

    [Fact]
    public async Task Tables_are_joined_and_follow_changes_and_deletions_of_both()
    {
        await _ksql.RunAsync("CREATE TABLE BOTH WITH (KAFKA_TOPIC='both') AS SELECT A.NO, A.OWNER, L.MOST FROM ACCOUNTS A LEFT JOIN LIMITS L ON A.NO = L.NO EMIT CHANGES;");
        await _ksql.ProduceAsync("accounts", ("\"a\"", "{\"OWNER\":\"Ada\"}"), ("\"b\"", "{\"OWNER\":\"Bob\"}"), ("\"c\"", "{\"OWNER\":\"Cy\"}"));
        await _ksql.ProduceAsync("limits", ("\"a\"", "{\"MOST\":1}"), ("\"a\"", "{\"MOST\":2}"), ("\"b\"", "{\"MOST\":3}"));
        await _ksql.ProduceAsync("limits", ("\"b\"", null));
        await _ksql.ProduceAsync("accounts", ("\"c\"", null));
        var expected = Sorted(("\"a\"", "{\"OWNER\":\"Ada\",\"MOST\":2}"), ("\"b\"", "{\"OWNER\":\"Bob\",\"MOST\":null}"));

        Assert.Equal(expected, Table("both", expected));
    }

    [Fact]
    public async Task Restarted_server_goes_on_with_the_counts_that_it_had()
    {
        await _ksql.RunAsync(Totals);
        await PayAsync(0, 90);
        Assert.Equal(Expected(90), Table("totals", Expected(90)));

        await _ksql.RestartAsync();
        await PayAsync(90, 120);

        Assert.Equal(Expected(120), Table("totals", Expected(120)));
    }

    [Fact]
    public async Task Bad_record_costs_one_record_and_is_counted()
    {
        await _ksql.RunAsync(Totals);
        await _ksql.ProduceAsync("payments", ("1", "{\"ACCOUNT\":\"a\",\"AMOUNT\":\"much\"}"), Payment(2, "a", 5));
        var expected = Sorted(("\"a\"", "{\"N\":1,\"TOTAL\":5}"));

        Assert.Equal(expected, Table("totals", expected));
        await Wait.UntilAsync("the count of bad records", async () => (long?)(await QueryAsync())["skipped"]!["count"] == 1);
        Assert.StartsWith("payments, partition", (string?)(await QueryAsync())["skipped"]!["lastPlace"], StringComparison.Ordinal);
        Assert.Equal("RUNNING", (string?)(await QueryAsync())["state"]);
    }

    /// <summary>By another column of a stream, by the key of a stream, and by a column of a table.</summary>
    [Theory]
    [InlineData("SELECT ACCOUNT, COUNT(*) AS N FROM PAYMENTS GROUP BY ACCOUNT EMIT CHANGES;", "\"a\"", "payments, partition")]
    [InlineData("SELECT ID, COUNT(*) AS N FROM PAYMENTS GROUP BY ID EMIT CHANGES;", "1", "payments, partition")]
    [InlineData("SELECT OWNER, COUNT(*) AS N FROM ACCOUNTS GROUP BY OWNER EMIT CHANGES;", "\"Ada\"", "accounts, partition")]
    public async Task Row_with_a_null_in_its_group_is_in_none_and_counted(string query, string key, string place)
    {
        await _ksql.RunAsync($"CREATE TABLE GROUPS WITH (KAFKA_TOPIC='groups') AS {query}");
        await _ksql.ProduceAsync("payments", (null, "{\"ACCOUNT\":null,\"AMOUNT\":1}"), Payment(1, "a", 5));
        await _ksql.ProduceAsync("accounts", ("\"x\"", "{\"OWNER\":null}"), ("\"y\"", "{\"OWNER\":\"Ada\"}"));
        var expected = Sorted((key, "{\"N\":1}"));

        Assert.Equal(expected, Table("groups", expected));
        await Wait.UntilAsync("the count of rows in no group", async () => (long?)(await QueryAsync())["skipped"]!["count"] == 1);
        Assert.StartsWith(place, (string?)(await QueryAsync())["skipped"]!["lastPlace"], StringComparison.Ordinal);
        Assert.Contains("in no group", (string?)(await QueryAsync())["skipped"]!["lastReason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_that_grows_larger_than_a_record_may_be_costs_one_record()
    {
        await _ksql.Broker.CreateTopicAsync("notes");

        // the state is the last note and the list: two notes fit into a record, three never do, however they are committed
        foreach (var note in Enumerable.Repeat(new string('x', 300_000), 3))
        {
            await KsqlTables.WriteAsync(_ksql.Broker, "notes", ("1", $"{{\"NOTE\":\"{note}\"}}", Start));
        }

        await _ksql.RunAsync("CREATE STREAM NOTES (K BIGINT KEY, NOTE STRING) WITH (KAFKA_TOPIC='notes', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
            + "CREATE TABLE NOTED WITH (KAFKA_TOPIC='noted') AS SELECT K, COUNT(*) AS N, ARRAY_LENGTH(COLLECT_LIST(NOTE)) AS L FROM NOTES GROUP BY K EMIT CHANGES;");
        var expected = Sorted(("1", "{\"N\":2,\"L\":2}"));

        Assert.Equal(expected, Table("noted", expected));
        await Wait.UntilAsync("the count of what was left out", async () => (long?)(await QueryAsync())["skipped"]!["count"] == 1);
        Assert.Equal("notes, partition 0, offset 2", (string?)(await QueryAsync())["skipped"]!["lastPlace"]);
    }

    [Fact]
    public async Task Rows_come_to_the_partition_of_their_new_key_and_one_for_each_element()
    {
        await _ksql.Broker.CreateTopicAsync("carts", 3);
        await _ksql.RunAsync("CREATE STREAM CARTS (ID BIGINT KEY, ITEMS ARRAY<STRING>) WITH (KAFKA_TOPIC='carts', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
            + "CREATE STREAM ITEMS WITH (KAFKA_TOPIC='items') AS SELECT ID, EXPLODE(ITEMS) AS ITEM FROM CARTS EMIT CHANGES;"
            + "CREATE STREAM BY_ITEM WITH (KAFKA_TOPIC='by-item') AS SELECT ITEM, ID FROM ITEMS PARTITION BY ITEM EMIT CHANGES;");
        await _ksql.ProduceAsync("carts", ("1", "{\"ITEMS\":[\"x\",\"y\"]}"), ("2", "{\"ITEMS\":[\"z\"]}"));
        var expected = Sorted(("\"x\"", "{\"ID\":1}"), ("\"y\"", "{\"ID\":1}"), ("\"z\"", "{\"ID\":2}"));

        Assert.Equal(expected, Table("by-item", expected));
    }

    [Fact]
    public async Task Terminate_deletes_the_topics_inside_the_query()
    {
        await _ksql.RunAsync(Totals);
        await PayAsync(0, 10);
        Assert.Equal(Expected(10), Table("totals", Expected(10)));
        Assert.NotEmpty(InternalTopics());

        await _ksql.RunAsync($"TERMINATE {(string?)(await QueryAsync())["id"]};");

        Assert.Empty(InternalTopics());
        Assert.Equal(3, Partitions("totals"));
    }

    [Fact]
    public async Task Topics_that_are_joined_with_other_numbers_of_partitions_are_named()
    {
        await _ksql.Broker.CreateTopicAsync("narrow", 2);
        await _ksql.RunAsync("CREATE TABLE NARROW (NO STRING PRIMARY KEY, X BIGINT) WITH (KAFKA_TOPIC='narrow', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');");

        var (_, error) = await _ksql.PostAsync(
            KsqlHarness.Under(_ksql.Server.Url, "ksql"),
            KsqlHarness.Request("CREATE TABLE WIDE AS SELECT A.NO, N.X FROM ACCOUNTS A JOIN NARROW N ON A.NO = N.NO EMIT CHANGES;"));

        Assert.Contains("the number of partitions don't match", error!.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty((await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray());
    }

    [Theory]
    [InlineData("CREATE TABLE {0} WITH (KAFKA_TOPIC='short') AS SELECT ACCOUNT, COUNT(*) AS N FROM PAYMENTS GROUP BY ACCOUNT EMIT CHANGES;", "takes at most 249 characters")]
    [InlineData("CREATE OR REPLACE TABLE TOTALS WITH (KAFKA_TOPIC='totals') AS SELECT ACCOUNT, COUNT(*) AS N FROM PAYMENTS GROUP BY ACCOUNT EMIT CHANGES;", "does not replace the query")]
    public async Task Query_that_cannot_be_is_refused_with_the_reason_before_anything_is_made(string statement, string reason)
    {
        await _ksql.RunAsync(Totals);

        var (_, error) = await _ksql.PostAsync(
            KsqlHarness.Under(_ksql.Server.Url, "ksql"), KsqlHarness.Request(string.Format(CultureInfo.InvariantCulture, statement, new string('T', 190))));

        Assert.Contains(reason, (string?)error!["message"], StringComparison.Ordinal);
        Assert.Single((await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray());
        Assert.DoesNotContain("short", _ksql.Broker.Admin().GetMetadata(Patience.Usual).Topics.Select(t => t.Topic));
    }

    private static SortedDictionary<string, string> Sorted(params IEnumerable<(string Key, string Value)> rows) =>
        new(rows.ToDictionary(r => r.Key, r => r.Value), StringComparer.Ordinal);

    private static (string? Key, string? Value) Payment(int id, string account, int amount) =>
        (id.ToString(CultureInfo.InvariantCulture), $"{{\"ACCOUNT\":\"{account}\",\"AMOUNT\":{amount}}}");

    // Payment i goes to account i % 7 and is of amount i.
    private Task PayAsync(int from, int to) => _ksql.ProduceAsync("payments", Enumerable.Range(from, to - from).Select(i => Payment(i, $"acc{i % 7}", i)));

    private static SortedDictionary<string, string> Expected(int count) => Sorted(Enumerable.Range(0, count).GroupBy(i => i % 7)
        .Select(g => ($"\"acc{g.Key}\"", $"{{\"N\":{g.Count()},\"TOTAL\":{g.Sum()}}}")));

    private SortedDictionary<string, string> Table(string topic, SortedDictionary<string, string> expected) =>
        KsqlTables.Read(_ksql.Broker, topic, expected.SequenceEqual);

    private Task WriteAsync(params IEnumerable<(string Key, string Account, int Amount, long AfterMs)> payments) => KsqlTables.WriteAsync(
        _ksql.Broker, "payments", payments.Select(p => ((string?)p.Key, (string?)$"{{\"ACCOUNT\":\"{p.Account}\",\"AMOUNT\":{p.Amount}}}", Start + p.AfterMs)));

    private async Task<JsonNode> QueryAsync() => (await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]![0]!;

    private string[] InternalTopics() => [.. _ksql.Broker.Admin().GetMetadata(Patience.Usual).Topics
        .Select(t => t.Topic).Where(t => t.StartsWith("_confluent-ksql-default_query_", StringComparison.Ordinal))];

    private int Partitions(string topic) => _ksql.Broker.Admin().GetMetadata(topic, Patience.Usual).Topics[0].Partitions.Count;

    private async Task UntilReadAsync(string query, string topic, int records)
    {
        var id = (await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray().Select(q => (string)q!["id"]!).Single(i => i.StartsWith(query, StringComparison.Ordinal));
        await Wait.UntilAsync($"{query} to read {topic}", () => _ksql.Committed($"_confluent-ksql-default_query_{id}", topic).Values.Sum() >= records);
    }
}
