using System.Text.Json.Nodes;
using Pioneer.Tests.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>RUNNING is not delivering: what the worker tells of what its tasks have done.</summary>
public sealed class ProgressTests(PostgresFixture postgres, EmbeddedBrokerFixture broker)
    : IClassFixture<PostgresFixture>, IClassFixture<EmbeddedBrokerFixture>
{
    private const long First = 1_700_000_000_001, Second = 1_700_000_000_002;

    public static TheoryData<string, string?> Positions => new()
    {
        { "timestamp", $"{{\"timestamp\":{Second},\"timestamp_nanos\":2000000}}" },
        { "timestamp+incrementing", $"{{\"incrementing\":2,\"timestamp\":{Second},\"timestamp_nanos\":2000000}}" },
        { "incrementing", "{\"incrementing\":2}" },
        { "bulk", null },
    };

    [Theory]
    [MemberData(nameof(Positions))]
    public async Task Rows_and_the_newest_position_are_told_and_the_position_survives_the_worker(string mode, string? position)
    {
        await using var kit = await NewKitAsync();
        var topic = kit.Topic("payments");
        kit.Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {First}), (2, 'acme', 2, {Second})");
        var began = TimeProvider.System.GetUtcNow();
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, mode, ("poll.interval.ms", mode == "bulk" ? "86400000" : "50")));

        await Wait.UntilAsync(async () => (long?)(await ProgressAsync(kit, topic))?["rows"] == 2);
        var told = (await ProgressAsync(kit, topic))!;
        Assert.Equal(position, told["positions"]!.AsArray().SingleOrDefault()?["offset"]!.ToJsonString());
        var now = TimeProvider.System.GetUtcNow();
        Assert.All([told["started_at"], told["source_reached_at"], told["last_row_at"]], at => Assert.InRange((DateTimeOffset)at!, began, now));
        Assert.Null(told["last_error_at"]);

        await kit.StopWorkerAsync();
        await kit.StartWorkerAsync();
        await Wait.UntilAsync(async () => (await ProgressAsync(kit, topic))?["source_reached_at"] is not null);
        if (mode != "bulk")
        {
            // nothing is read twice; rows of the window that come again show how far it really was
            await Wait.UntilAsync(async () => (await ProgressAsync(kit, topic))!["positions"]!.AsArray().SingleOrDefault()?["offset"]!.ToJsonString() == position);
            Assert.Equal(0, (long)(await ProgressAsync(kit, topic))!["rows"]!);
        }
    }

    [Fact]
    public async Task Interruption_is_told_though_the_task_goes_on_and_rows_go_on_counting()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var kit = await NewKitAsync();
        var topic = kit.Topic("payments");
        var table = $"t{Guid.NewGuid():N}";
        await postgres.SqlAsync($"CREATE TABLE {table} (id integer); INSERT INTO {table} VALUES (1); CREATE ROLE {table} LOGIN; GRANT SELECT ON {table} TO {table}");
        await kit.PutAsync(topic, kit.PaymentsConfig(
            topic, "incrementing", ("connection.url", postgres.JdbcUrl), ("connection.user", table), ("query", $"SELECT * FROM (SELECT id FROM {table}) q")));
        await Wait.UntilAsync(async () => (long?)(await ProgressAsync(kit, topic))?["rows"] == 1);

        await postgres.SqlAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{table}'");
        await Wait.UntilAsync(async () => (await ProgressAsync(kit, topic))!["last_error"] is not null);
        await postgres.SqlAsync($"INSERT INTO {table} VALUES (2)");
        await Wait.UntilAsync(async () => (long)(await ProgressAsync(kit, topic))!["rows"]! == 2);

        var told = (await ProgressAsync(kit, topic))!;
        Assert.Contains("terminating connection", told["last_error"]!.ToString(), StringComparison.Ordinal);
        Assert.InRange((DateTimeOffset)told["last_error_at"]!, (DateTimeOffset)told["started_at"]!, (DateTimeOffset)told["last_row_at"]!);
        Assert.Equal("RUNNING", await kit.TaskStateAsync(topic));
    }

    [Fact]
    public async Task Answer_that_does_not_come_is_told_with_since_when_it_is_waited_for()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var kit = await NewKitAsync();
        var topic = kit.Topic("payments");
        var table = $"t{Guid.NewGuid():N}";
        await postgres.SqlAsync($"CREATE TABLE {table} (id integer); INSERT INTO {table} VALUES (1)");
        await kit.PutAsync(topic, kit.PaymentsConfig(
            topic, "incrementing", ("connection.url", postgres.JdbcUrl), ("connection.user", "bank"), ("query", $"SELECT * FROM (SELECT id FROM {table}) q")));
        await Wait.UntilAsync(async () => (long?)(await ProgressAsync(kit, topic))?["rows"] == 1);

        await using (var locker = await postgres.ConnectAsync())
        {
            await using var work = await locker.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using (var take = new Npgsql.NpgsqlCommand($"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", locker, work))
            {
                await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            var asked = TimeProvider.System.GetUtcNow();
            // the same question is waited for, whenever one looks
            await Wait.UntilAsync(async () => (DateTimeOffset?)(await ProgressAsync(kit, topic))!["waits_since"] is { } since
                && (DateTimeOffset?)(await ProgressAsync(kit, topic))!["waits_since"] == since && TimeProvider.System.GetUtcNow() - since > TimeSpan.FromSeconds(2)
                && since > asked - TimeSpan.FromMinutes(1));
            Assert.Equal("RUNNING", await kit.TaskStateAsync(topic));
        }

        await postgres.SqlAsync($"INSERT INTO {table} VALUES (2)");
        await Wait.UntilAsync(async () => (long)(await ProgressAsync(kit, topic))!["rows"]! == 2);
        await Wait.UntilAsync(async () => (await ProgressAsync(kit, topic))!["waits_since"] is null);
    }

    [Fact]
    public async Task Error_that_ends_a_task_is_told_with_what_it_did_before()
    {
        await using var kit = await NewKitAsync();
        var topic = kit.Topic("payments");
        kit.Sql($"INSERT INTO payments VALUES (1, 'acme', 1, {First})");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "incrementing"));
        await Wait.UntilAsync(async () => (long?)(await ProgressAsync(kit, topic))?["rows"] == 1);

        kit.Sql("DROP TABLE payments");

        await kit.WaitForStateAsync(topic, "FAILED");
        var told = (await ProgressAsync(kit, topic))!;
        Assert.Contains("no such table", told["last_error"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, (long)told["rows"]!);
    }

    private static async Task<JsonNode?> ProgressAsync(ConnectKit kit, string connector)
    {
        var (_, body) = await kit.CallAsync(HttpMethod.Get, "/connectors?expand=progress");
        return body![connector]?["progress"]?.AsArray().SingleOrDefault();
    }

    private async Task<ConnectKit> NewKitAsync()
    {
        var kit = new ConnectKit(broker.Platform.Kafka!);
        kit.CreatePayments();
        await kit.CreateTopicAsync(kit.Topic("payments"), 1);
        await kit.StartWorkerAsync();
        return kit;
    }
}
