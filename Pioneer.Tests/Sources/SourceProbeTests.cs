using Microsoft.Data.Sqlite;
using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>What the portal itself sees of a source, apart from the connectors.</summary>
public sealed class SourceProbeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly SourceProbe _probe = new(SourceRules.None, TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SourceConnection Bank => new(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", null);

    [Fact]
    public async Task Look_tells_rows_by_tenant_since_the_last_look_and_rows_of_nobody()
    {
        SkipWithoutPostgres();
        await postgres.SqlAsync(
            """
            CREATE TABLE looked (id bigserial PRIMARY KEY, tenant text, at timestamptz NOT NULL);
            INSERT INTO looked (tenant, at) VALUES ('acme', '2026-01-01'), ('acme', '2026-01-02'), (NULL, '2026-01-03');
            """);
        var feed = new FeedToLookAt("looked", "looked", "tenant", "at", "id", null);

        var first = Assert.Single((await _probe.LookAsync(Bank, [feed], Ct)).Feeds);
        await postgres.SqlAsync("INSERT INTO looked (tenant, at) VALUES ('acme', '2026-01-04'), ('acme', '2026-01-05'), (NULL, '2026-01-06')");
        var second = Assert.Single((await _probe.LookAsync(Bank, [feed with { After = first.UpTo }], Ct)).Feeds);
        var third = Assert.Single((await _probe.LookAsync(Bank, [feed with { After = second.UpTo }], Ct)).Feeds);

        Assert.Equal((3L, Day(3)), (first.UpTo!.Number, first.UpTo.Time));
        Assert.Empty(first.Rows);
        Assert.Equal([(null, 1L, 6L), ("acme", 2L, 5L)], second.Rows.Select(row => (row.TenantValue, row.Rows, row.Newest.Number ?? 0)).Order());
        Assert.Equal(new SourceMark(Day(6), 6), second.UpTo);
        Assert.Empty(third.Rows);
        Assert.Equal(second.UpTo, third.UpTo);

        static SourceInstant Day(int day) => SourceInstant.FromUtc(new DateTime(2026, 1, day, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task Look_at_an_indexed_column_does_not_read_the_whole_table()
    {
        SkipWithoutPostgres();
        await postgres.SqlAsync(
            """
            CREATE TABLE large (id bigserial PRIMARY KEY, tenant text NOT NULL);
            INSERT INTO large (tenant) SELECT 'acme' FROM generate_series(1, 20000);
            ANALYZE large;
            SELECT pg_stat_force_next_flush();
            """);
        var feed = new FeedToLookAt("large", "large", "tenant", null, "id", null);
        var before = await ScansAsync();

        var first = Assert.Single((await _probe.LookAsync(Bank, [feed], Ct)).Feeds);
        var second = Assert.Single((await _probe.LookAsync(Bank, [feed with { After = first.UpTo }], Ct)).Feeds);

        Assert.Equal((20_000L, 0), (first.UpTo!.Number, second.Rows.Length));
        Assert.Equal(before, await ScansAsync());

        async Task<long> ScansAsync()
        {
            await using var connection = await postgres.ConnectAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'large'";
            return (long)(await command.ExecuteScalarAsync(Ct))!;
        }
    }

    [Fact]
    public async Task Failures_are_told_apart()
    {
        SkipWithoutPostgres();
        await postgres.SqlAsync("CREATE ROLE locked LOGIN; CREATE TABLE closed (id int PRIMARY KEY, tenant text); CREATE ROLE stranger NOLOGIN");

        Assert.Equal(SourceContactKind.Unreachable, await KindAsync(Bank with { ConnectionUrl = "jdbc:postgresql://127.0.0.1:1/postgres" }));
        Assert.Equal(SourceContactKind.Refused, await KindAsync(Bank with { Username = "stranger" }));
        Assert.Equal(SourceContactKind.Refused, await KindAsync(Bank with { ConnectionUrl = postgres.JdbcUrl + "x" }));
        var locked = await _probe.LookAsync(Bank with { Username = "locked" }, [new("closed", "closed", "tenant", null, "id", null), new("gone", "gone", "tenant", null, "id", null)], Ct);
        Assert.Equal(SourceContactKind.Reached, locked.Contact.Kind);
        Assert.Equal(["SourceNotReadable", "SourceTableMissing"], locked.Feeds.Select(feed => feed.Error!.Code));
    }

    [Fact]
    public async Task Slow_statement_is_ended_at_its_limit_and_named()
    {
        SkipWithoutPostgres();
        await postgres.SqlAsync("CREATE VIEW slow AS SELECT 1::bigint AS id, 'acme' AS tenant FROM pg_sleep(3600)");
        var probe = new SourceProbe(SourceRules.None, TimeProvider.System) { Limit = TimeSpan.FromSeconds(1) };

        var look = await probe.LookAsync(Bank, [new FeedToLookAt("slow", "slow", "tenant", null, "id", null)], Ct);

        Assert.Equal("SourceTooSlow", Assert.Single(look.Feeds).Error!.Code);
    }

    [Fact]
    public async Task Growing_column_that_holds_no_number_is_named_and_blinds_no_other_feed()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pioneer-odd-{Guid.NewGuid():n}.db");
        try
        {
            await using (var database = new SqliteConnection($"Data Source={path};Pooling=False"))
            {
                await database.OpenAsync(Ct);
                await using var command = database.CreateCommand();
                command.CommandText = "CREATE TABLE odd (id TEXT, tenant TEXT); INSERT INTO odd VALUES ('abc', 'acme'); CREATE TABLE sound (id INTEGER, tenant TEXT); INSERT INTO sound VALUES (7, 'acme');";
                await command.ExecuteNonQueryAsync(Ct);
            }

            var look = await _probe.LookAsync(
                new SourceConnection(SourceKind.Sqlite, $"jdbc:sqlite:{path}", null, null),
                [new FeedToLookAt("odd", "odd", "tenant", null, "id", null), new FeedToLookAt("sound", "sound", "tenant", null, "id", null)], Ct);

            Assert.NotNull(look.Feeds[0].Error);
            Assert.Equal(7, look.Feeds[1].UpTo!.Number);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Sqlite_is_looked_at_in_the_form_that_its_times_have()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("pioneer-probe-").FullName, "bank.db");
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(Ct);
            await using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE t (id INTEGER PRIMARY KEY, tenant TEXT, ms TIMESTAMP, txt TIMESTAMP);
                INSERT INTO t VALUES (1, 'acme', 1700000000000, '2023-11-14 22:13:20'), (2, NULL, 1700000001000, '2023-11-14 22:13:21');
                """;
            await command.ExecuteNonQueryAsync(Ct);
        }

        var source = new SourceConnection(SourceKind.Sqlite, $"jdbc:sqlite:{file}", null, null);
        var after = new SourceMark(SourceInstant.FromUnixMs(1_700_000_000_000), null);
        var look = await _probe.LookAsync(
            source,
            [new("ms", "t", "tenant", "ms", null, after), new("txt", "t", "tenant", "txt", null, after, SqliteTimeFormat.Find("yyyy-MM-dd HH:mm:ss"))], Ct);

        Assert.All(look.Feeds, feed => Assert.Equal(
            new NewRows(null, 1, new SourceMark(SourceInstant.FromUnixMs(1_700_000_001_000), null)), Assert.Single(feed.Rows)));
        TestFolder.Delete(Path.GetDirectoryName(file)!);
    }

    private async Task<SourceContactKind> KindAsync(SourceConnection source)
    {
        var contact = (await _probe.LookAsync(source, [], Ct)).Contact;
        Assert.NotNull(contact.Error?.Hint);
        return contact.Kind;
    }

    private void SkipWithoutPostgres() => Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
}
