using System.Data.Common;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Jdbc;
using Pioneer.Tests.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>The JDBC source on PostgreSQL, over the embedded broker.</summary>
public sealed class PostgresSourceTests(PostgresFixture postgres, EmbeddedBrokerFixture broker)
    : IClassFixture<PostgresFixture>, IClassFixture<EmbeddedBrokerFixture>
{
    [Fact]
    public async Task Values_of_all_common_types_arrive_in_connects_form()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = kit.Topic("all_types");
        await kit.CreateTopicAsync(topic, 1);
        await kit.StartWorkerAsync();
        await postgres.SqlAsync(
            """
            CREATE TABLE all_types (id bigint PRIMARY KEY, small smallint, n int, price numeric(18,2), share double precision, ok boolean,
                name text, code varchar(3), uid uuid, doc jsonb, day date, at timestamp, atz timestamptz, raw bytea, nothing text);
            INSERT INTO all_types VALUES (1, 2, 3, 1000.5, 0.25, true, 'Zoë', 'EUR', '00000000-0000-0000-0000-000000000001', '{"a": 1}',
                '1970-01-02', '1970-01-01 00:00:01', '1970-01-01 01:00:02+01', '\x0102', NULL);
            """);
        var config = Config(kit, "all_types", "incrementing");
        await kit.PutAsync(topic, config);

        await Wait.UntilAsync(() => kit.Read(topic).Count == 1);
        Assert.Equal(
            """{"id":1,"small":2,"n":3,"price":1000.50,"share":0.25,"ok":true,"name":"Zoë","code":"EUR","uid":"00000000-0000-0000-0000-000000000001","doc":"{\"a\": 1}","day":1,"at":1000,"atz":2000,"raw":"AQI=","nothing":null}""",
            kit.Read(topic)[0].Message.Value);
    }

    [Fact]
    public async Task Rows_of_one_millisecond_are_told_apart_and_an_outage_is_sat_out()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = kit.Topic("moves");
        await kit.CreateTopicAsync(topic, 2);
        await kit.StartWorkerAsync();
        await postgres.SqlAsync(
            """
            CREATE TABLE moves (id bigserial PRIMARY KEY, updated_at timestamp(6) NOT NULL);
            INSERT INTO moves (updated_at) SELECT '2026-01-01 00:00:00.000001'::timestamp + i * interval '1 microsecond' FROM generate_series(1, 500) i;
            """);
        await kit.PutAsync(topic, Config(kit, "moves", "timestamp"));
        await Wait.UntilAsync(() => kit.Read(topic).Count == 500);

        await postgres.StopServerAsync();
        await postgres.StartServerAsync();
        await postgres.SqlAsync("INSERT INTO moves (updated_at) SELECT now() at time zone 'UTC' - interval '1 minute' FROM generate_series(1, 1)");

        await Wait.UntilAsync(() => kit.Read(topic).Count == 501);
        Assert.Equal("RUNNING", await kit.TaskStateAsync(topic));
    }

    [Fact]
    public async Task Number_that_is_committed_after_a_larger_one_is_read()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync("CREATE TABLE late (id bigserial PRIMARY KEY, name text)");
        var settings = JdbcSourceSettings.Parse(
            new Dictionary<string, string>
            {
                ["connection.url"] = postgres.JdbcUrl, ["connection.user"] = "bank", ["mode"] = "incrementing", ["incrementing.column.name"] = "id", ["query"] = "SELECT * FROM late",
                ["topic.prefix"] = "late",
            },
            TimeProvider.System);
        await using var source = await settings.Dialect.OpenAsync(TestContext.Current.CancellationToken);
        // a clock that stands: however slow this machine is, the window is open
        await using var querier = new JdbcQuerier(settings, null, "{}", JdbcOffset.Start, new FakeTimeProvider());
        await using var slow = await postgres.ConnectAsync();
        await using var transaction = await slow.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await new NpgsqlCommand("INSERT INTO late (name) VALUES ('slow')", slow, transaction).ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await postgres.SqlAsync("INSERT INTO late (name) VALUES ('quick')");

        Assert.Equal(["quick"], await NamesAsync(querier, source));
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["slow"], await NamesAsync(querier, source));
        Assert.Empty(await NamesAsync(querier, source));
    }

    private static async Task<IReadOnlyList<object?>> NamesAsync(JdbcQuerier querier, DbConnection source) =>
        [.. (await querier.ReadAsync(source, TestContext.Current.CancellationToken)).Select(record => ((ConnectStruct)record.Value!).Values[1])];

    private Dictionary<string, string> Config(ConnectKit kit, string table, string mode) => kit.PaymentsConfig(
        kit.Topic(table),
        mode,
        ("connection.url", postgres.JdbcUrl),
        ("connection.user", "bank"),
        ("batch.max.rows", "7"),
        ("query", $"SELECT * FROM (SELECT * FROM {table}) q"));
}
