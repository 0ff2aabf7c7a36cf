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
    [InlineData("numeric(10,2)", "7.0", "7.00", "TenantValueSame")]
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
            CREATE COLLATION IF NOT EXISTS unlike_case (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
            CREATE TABLE {table} (id bigint PRIMARY KEY, owner {type}, at timestamptz NOT NULL);
            """);

        Assert.Equal(refused, await GrantBothAsync(SourceKind.PostgreSql, postgres.JdbcUrl, "bank", table, type, first, second));
        if (refused != "TenantValueRefused")
        {
            Assert.Equal(refused == "TenantValueSame", await AreOneAsync(table, first, second));
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

    private async Task<string?> GrantBothAsync(SourceKind kind, string url, string? user, string table, string type, string first, string second)
    {
        var request = new SourceRequest($"s-{table.Replace('_', '-')}", kind, url, user, null);
        Assert.Null((await _database.Get<ManageSources>().AddAsync(Actors.Admin, request, Ct)).Error);
        var feed = new FeedRequest(
            table.Replace('_', '-'), request.Name!, table, FeedKind.Event,
            [new("id", "bigint", "BIGINT", false), new("owner", type, type is "integer" or "INTEGER" ? "BIGINT" : "STRING", true), new("at", "timestamptz", "TIMESTAMP", false)],
            ["id"], null, "id", "owner");
        Assert.Null((await _database.Get<ManageFeeds>().DefineAsync(Actors.Admin, feed, Ct)).Error);
        Assert.Null(await GrantAsync(new EntitlementChange("acme", feed.Name!, true, first)));
        return await GrantAsync(new EntitlementChange("globex", feed.Name!, true, second));
    }

    private async Task<string?> GrantAsync(EntitlementChange change) =>
        (await _database.Get<SetEntitlements>().ExecuteAsync(Actors.Admin, [change], Ct)).Error?.Code;

    /// <summary>Whether a row of the one value is among those that a connector asks for by the other.</summary>
    private async Task<bool> AreOneAsync(string table, string first, string second)
    {
        await using var db = _database.Open();
        var feed = await db.Feeds.SingleAsync(row => row.Table == table, Ct);
        await postgres.SqlAsync($"INSERT INTO {table} VALUES (1, '{first}', now())");
        await using var connection = await postgres.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table} WHERE {FeedConnector.IsTenants(SourceKind.PostgreSql, feed, second)}";
        return (long)(await command.ExecuteScalarAsync(Ct))! > 0;
    }
}
