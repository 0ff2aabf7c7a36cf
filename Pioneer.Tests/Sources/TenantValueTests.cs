using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>
/// Two tenants never get each other's rows by two values that their source holds for the same, whatever the column's type and collation: PostgreSQL and
/// SQLite themselves say which do.
/// </summary>
public sealed class TenantValueTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string UnlikeCase = "CREATE COLLATION IF NOT EXISTS unlike_case (provider = icu, locale = 'und-u-ks-level1', deterministic = false);";

    private readonly DomainDatabase _database = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-values-").FullName;
    private readonly SourceInspector _inspector = new(SourceRules.None, TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database.Inspector = _inspector;
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Theory]
    [InlineData("integer", "7", "07", "TenantValueSame")]
    [InlineData("integer", "7", "8", null)]
    [InlineData("integer", "7", "seven", "TenantValueRefused")]
    [InlineData("integer", "7", "007", "TenantValueSame")]
    [InlineData("numeric(10,2)", "7.00", "7", "TenantValueSame")]
    [InlineData("numeric(10,2)", "7.00", "8.0", "TenantValueWrittenOtherwise")]
    [InlineData("varchar(4)", "acme", "customer", "TenantValueWrittenOtherwise")]
    [InlineData("uuid", "0b5c1d6e-0000-4000-8000-00000000000a", "0B5C1D6E-0000-4000-8000-00000000000A", "TenantValueSame")]
    [InlineData("uuid", "0b5c1d6e-0000-4000-8000-00000000000a", "0B5C1D6E-0000-4000-8000-00000000000B", "TenantValueWrittenOtherwise")]
    [InlineData("date", "2026-12-01", "2026-12-1", "TenantValueSame")]
    [InlineData("boolean", "true", "yes", "TenantValueSame")]
    [InlineData("text", "acme", "ACME", null)]
    [InlineData("citext", "acme", "ACME", null)]
    [InlineData("char(10)", "acme", "acmé", null)]
    [InlineData("text COLLATE unlike_case", "acme", "ACME", "TenantValueSame")]
    [InlineData("text COLLATE unlike_case", "acme", "acmé", "TenantValueSame")]
    [InlineData("text COLLATE unlike_case", "acme", "it's", null)]
    public async Task PostgreSql_says_which_values_are_one(string type, string first, string second, string? refused)
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        var table = $"values_{Guid.NewGuid():n}";
        await postgres.SqlAsync(
            $"""
            CREATE EXTENSION IF NOT EXISTS citext;
            {UnlikeCase}
            CREATE TABLE {table} (id bigint PRIMARY KEY, owner {type}, at timestamptz NOT NULL);
            """);

        Assert.Equal(refused, await GrantBothAsync(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", table, type, first, second));
        if (refused != "TenantValueRefused")
        {
            await using var connection = await postgres.ConnectAsync();
            Assert.Equal(refused == "TenantValueSame", await AreOneAsync(connection, SourceKind.PostgreSql, table, first, second));
        }
    }

    [Theory]
    [InlineData("INTEGER", "7", "07", "TenantValueSame")]
    [InlineData("INTEGER", "7", "7.0", "TenantValueSame")]
    [InlineData("INTEGER", "seven", "SEVEN", null)]
    [InlineData("DECIMAL(10,2)", "7", "7.00", "TenantValueSame")]
    [InlineData("BIGINT", "7", "+8", "TenantValueWrittenOtherwise")]
    [InlineData("TEXT", "7", "07", null)]
    [InlineData("VARCHAR(20) COLLATE NOCASE", "acme", "ACME", null)]
    [InlineData("BLOB", "7", "07", null)]
    public async Task Sqlite_says_which_values_are_one(string type, string first, string second, string? refused)
    {
        var file = Path.Combine(_folder, "bank.db");
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(Ct);
            await using var command = connection.CreateCommand();
            command.CommandText = $"CREATE TABLE owned (id INTEGER PRIMARY KEY, owner {type}, at INTEGER)";
            await command.ExecuteNonQueryAsync(Ct);
        }

        Assert.Equal(refused, await GrantBothAsync(SourceKind.Sqlite, $"jdbc:sqlite:{file}", null, "owned", type, first, second));
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(Ct);
            Assert.Equal(refused == "TenantValueSame", await AreOneAsync(connection, SourceKind.Sqlite, "owned", first, second));
        }
    }

    [Fact]
    public async Task Source_that_does_not_answer_lets_only_in_what_no_database_confuses()
    {
        const string nobody = "jdbc:postgresql://127.0.0.1:9/bank";

        Assert.Null(await GrantBothAsync(SourceKind.PostgreSql, nobody, "bank", "texts", "text", "acme", "globex"));
        Assert.Equal("TenantValueAlike", await GrantBothAsync(SourceKind.PostgreSql, nobody, "bank", "texts2", "text", "acme", "Acme"));
        Assert.Equal("TenantValueAlike", await GrantBothAsync(SourceKind.PostgreSql, nobody, "bank", "numbers", "integer", "7", "8"));
        Assert.Null(await GrantAsync(new EntitlementChange("globex", "numbers", true, "8", TellsApart: true)));
    }

    [Fact]
    public async Task One_value_that_the_column_cannot_hold_is_told_among_many()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync("CREATE TABLE many (id bigint PRIMARY KEY, owner integer, at timestamptz NOT NULL)");
        Assert.Null(await GrantBothAsync(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", "many", "integer", "7", "8"));
        await using var db = _database.Open();
        var feed = await db.Feeds.SingleAsync(row => row.Table == "many", Ct);
        string[] values = [.. Enumerable.Range(0, 300).Select(n => $"{n}"), "it's none", "007", "99999999999"];

        var readings = (await _inspector.ReadTenantValuesAsync(new(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", null), feed, [.. values], Ct)).Value;

        Assert.Equal(values, readings.Select(reading => reading.Value));
        Assert.Equal(["it's none", "99999999999"], readings.Where(reading => reading.Refusal is not null).Select(reading => reading.Value));
        Assert.Equal(("7", "7"), (readings[301].Written, readings[301].SameAs));
    }

    [Fact]
    public async Task Feed_that_is_granted_is_not_turned_to_a_column_that_holds_two_tenants_values_for_the_same()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync(
            """
            CREATE EXTENSION IF NOT EXISTS citext;
            CREATE TABLE told (id bigint PRIMARY KEY, owner citext, at timestamptz NOT NULL);
            """);
        Assert.Null(await GrantBothAsync(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", "told", "citext", "acme", "ACME"));

        // described as text it would be compared as what it is, which ignores case
        var turned = await _database.Get<ManageFeeds>().UpdateAsync(Actors.Admin, Request("told", "s-told", "text"), null, Ct);

        Assert.Equal("TenantValueSame", turned.Error?.Code);
        Assert.Null((await _database.Get<ManageFeeds>().UpdateAsync(Actors.Admin, Request("told", "s-told", "citext") with { PollIntervalMs = 7000 }, null, Ct)).Error);
    }

    [Fact]
    public async Task Two_that_are_granted_one_row_under_two_names_at_the_same_moment_do_not_both_get_it()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync(
            $"""
            {UnlikeCase}
            CREATE TABLE raced (id bigint PRIMARY KEY, owner text COLLATE unlike_case, at timestamptz NOT NULL);
            """);
        Assert.Null(await GrantBothAsync(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", "raced", "text", "acme", "globex"));
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(
                Task.Run(() => GrantAsync(new EntitlementChange("acme", "raced", true, $"v{round}", TellsApart: true)), Ct),
                Task.Run(() => GrantAsync(new EntitlementChange("globex", "raced", true, $"V{round}", TellsApart: true)), Ct));

            Assert.Single(answers, (string?)null);
            Assert.Single(answers, "TenantValueSame");
        }
    }

    private async Task<string?> GrantBothAsync(SourceKind kind, string url, string? user, string table, string type, string first, string second)
    {
        var request = new SourceRequest($"s-{table.Replace('_', '-')}", kind, url, user, null);
        Assert.Null((await _database.Get<ManageSources>().AddAsync(Actors.Admin, request, Ct)).Error);
        var feed = Request(table, request.Name!, type);
        Assert.Null((await _database.Get<ManageFeeds>().DefineAsync(Actors.Admin, feed, Ct)).Error);
        Assert.Null(await GrantAsync(new EntitlementChange("acme", feed.Name!, true, first)));
        return await GrantAsync(new EntitlementChange("globex", feed.Name!, true, second));
    }

    private static FeedRequest Request(string table, string source, string type) => new(
        table.Replace('_', '-'), source, table, FeedKind.Event,
        [new("id", "bigint", "BIGINT", false), new("owner", type.Split(" COLLATE")[0], "STRING", true), new("at", "timestamptz", "TIMESTAMP", false)],
        ["id"], null, "id", "owner");

    private async Task<string?> GrantAsync(EntitlementChange change) =>
        (await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, [change], Ct)).Error?.Code;

    /// <summary>Whether a row of the one value is among those that a connector asks for by the other.</summary>
    private async Task<bool> AreOneAsync(DbConnection connection, SourceKind kind, string table, string first, string second)
    {
        await using var db = _database.Open();
        var feed = await db.Feeds.SingleAsync(row => row.Table == table, Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {table} VALUES (1, '{first}', '2026-12-01')";
        await command.ExecuteNonQueryAsync(Ct);
        command.CommandText = $"SELECT count(*) FROM {table} WHERE {FeedConnector.IsTenants(kind, feed, second)}";
        return (long)(await command.ExecuteScalarAsync(Ct))! > 0;
    }
}
