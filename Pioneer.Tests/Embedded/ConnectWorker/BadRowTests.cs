using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>One row that cannot be a record costs that row, whatever it is that is wrong with it.</summary>
public sealed class BadRowTests(EmbeddedBrokerFixture broker) : IClassFixture<EmbeddedBrokerFixture>
{
    private const string Good = "(1, 'acme', 1, 1700000000001), (3, 'acme', 3, 1700000000003)";

    public static TheoryData<string, string> BadRows => new MatrixTheoryData<string, string>(
        ["bulk", "incrementing", "timestamp", "timestamp+incrementing"],
        ["(2, 'acme', 'n/a', 1700000000002)", "(2, 'acme', 9e999, 1700000000002)", "(2, 'acme', 1, 'soon')"]);

    [Theory]
    [MemberData(nameof(BadRows))]
    public async Task Bad_row_is_left_out_and_those_around_it_arrive_once_where_errors_are_tolerated(string mode, string bad)
    {
        await using var kit = await NewKitAsync(bad);
        var topic = kit.Topic("payments");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, mode, ("errors.tolerance", "all"), ("poll.interval.ms", mode == "bulk" ? "86400000" : "50")));
        await Wait.UntilAsync(() => kit.Read(topic).Count == 2);

        kit.Sql("INSERT INTO payments VALUES (4, 'acme', 4, 1700000000004)");
        if (mode == "bulk")
        {
            Assert.Equal(["1", "3"], kit.Keys(topic).Order(StringComparer.Ordinal));
            return;
        }

        await Wait.UntilAsync(() => kit.Read(topic).Count == 3);
        Assert.Equal(["1", "3", "4"], kit.Keys(topic).Order(StringComparer.Ordinal));
        Assert.Equal("RUNNING", await kit.TaskStateAsync(topic));
    }

    [Fact]
    public async Task Rows_that_were_left_out_are_counted_once_with_the_last_ones_place_and_reason()
    {
        await using var kit = await NewKitAsync("(2, 'acme', 'n/a', 1700000000002)");
        var topic = kit.Topic("payments");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "timestamp", ("errors.tolerance", "all")));
        await Wait.UntilAsync(() => kit.Read(topic).Count == 2);
        kit.Sql("INSERT INTO payments VALUES (4, 'acme', 'twelve', 1700000000004), (5, 'acme', 5, 1700000000005)");
        await Wait.UntilAsync(() => kit.Read(topic).Count == 3);

        await Wait.UntilAsync(async () => (int)(await SkippedAsync(kit, topic))["count"]! == 2);
        var skipped = await SkippedAsync(kit, topic);
        Assert.Equal("row with id=4", skipped["last_place"]!.ToString());
        Assert.Equal("'twelve' in column amount is no number that can be written in digits. The column is declared DECIMAL(18,2).", skipped["last_reason"]!.ToString());
        Assert.InRange((DateTimeOffset)skipped["last_at"]!, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow());
    }

    [Theory]
    [InlineData("all", new[] { "1", "3" }, "RUNNING")]
    [InlineData("none", new[] { "1" }, "FAILED")]
    public async Task Record_that_is_too_large_for_the_producer_is_a_bad_one_too(string tolerance, string[] arrived, string state)
    {
        await using var kit = await NewKitAsync("(2, 'acme', 2, 1700000000002)");
        var topic = kit.Topic("payments");
        await kit.PutAsync(topic, kit.PaymentsConfig(
            topic, "incrementing", ("errors.tolerance", tolerance),
            ("query", "SELECT * FROM (SELECT id, CASE id WHEN 2 THEN hex(zeroblob(600000)) ELSE 'small' END AS note FROM payments) q")));

        await Wait.UntilAsync(() => kit.Keys(topic).SequenceEqual(arrived));
        await kit.WaitForStateAsync(topic, state);
    }

    [Fact]
    public async Task Rows_before_a_bad_one_arrive_and_the_task_says_which_it_is_where_nothing_is_tolerated()
    {
        await using var kit = await NewKitAsync("(2, 'acme', 'n/a', 1700000000002)");
        var topic = kit.Topic("payments");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "incrementing"));

        await kit.WaitForStateAsync(topic, "FAILED");
        var (_, status) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{topic}/status");
        Assert.StartsWith(
            "org.apache.kafka.connect.errors.DataException: Tolerance exceeded in error handler: row with id=2: 'n/a' in column amount is no number that can be written "
            + "in digits. The column is declared DECIMAL(18,2).\n", status!["tasks"]![0]!["trace"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(["1"], kit.Keys(topic));

        kit.Sql("UPDATE payments SET amount = 2 WHERE id = 2");
        Assert.Equal(HttpStatusCode.NoContent, (await kit.CallAsync(HttpMethod.Post, $"/connectors/{topic}/tasks/0/restart")).Status);
        await Wait.UntilAsync(() => kit.Read(topic).Count == 3);
        Assert.Equal(["1", "2", "3"], kit.Keys(topic));
    }

    private static async Task<JsonNode> SkippedAsync(ConnectKit kit, string connector)
    {
        var (_, body) = await kit.CallAsync(HttpMethod.Get, "/connectors?expand=skipped");
        return body![connector]!["skipped"]![0]!;
    }

    private async Task<ConnectKit> NewKitAsync(string bad)
    {
        var kit = new ConnectKit(broker.Platform.Kafka!);
        kit.CreatePayments();
        kit.Sql($"INSERT INTO payments VALUES {Good}, {bad}");
        await kit.CreateTopicAsync(kit.Topic("payments"), 1);
        await kit.StartWorkerAsync();
        return kit;
    }
}
