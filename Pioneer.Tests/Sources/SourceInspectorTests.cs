using Microsoft.Data.Sqlite;
using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>Looking into a SQLite source, and what is said about sources that cannot be looked into.</summary>
public sealed class SourceInspectorTests : IAsyncLifetime
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("pioneer-source-").FullName, "bank.db");
    private readonly SourceInspector _inspector = new(SourceRules.None, TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            CREATE TABLE accounts (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, balance DECIMAL(18,2), opened TIMESTAMP, open BOOLEAN, note BLOB);
            CREATE TABLE keyless (name TEXT);
            INSERT INTO accounts VALUES (1, 'acme', 12.5, 1700000000000, 1, x'01FF'), (2, 'acme', NULL, NULL, 0, NULL);
            """;
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync()
    {
        TestFolder.Delete(Path.GetDirectoryName(_file)!);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Catalogue_tells_columns_types_and_keys()
    {
        var tables = (await _inspector.ListTablesAsync(Source($"jdbc:sqlite:{_file}"), Ct)).Value;

        var accounts = tables.Single(table => table.Name == "accounts");
        Assert.Equal(["id"], accounts.PrimaryKey);
        Assert.Equal(["BIGINT", "STRING", "DECIMAL(18, 2)", "TIMESTAMP", "BOOLEAN", "BYTES"], accounts.Columns.Select(column => column.Reading.Best));
        Assert.Empty(tables.Single(table => table.Name == "keyless").PrimaryKey);
    }

    [Fact]
    public async Task Preview_shows_first_rows_as_records_have_them_of_the_chosen_columns_only()
    {
        var preview = await PreviewAsync(
            new FeedColumn("tenant", "TEXT", "STRING", true), new FeedColumn("balance", "DECIMAL(18,2)", "DECIMAL(18, 2)", true), new FeedColumn("opened", "TIMESTAMP", "TIMESTAMP", true, "since"),
            new FeedColumn("open", "BOOLEAN", "BOOLEAN", true), new FeedColumn("note", "BLOB", "BYTES", true));

        Assert.Equal(["TENANT", "BALANCE", "SINCE", "OPEN", "NOTE"], preview.Columns);
        Assert.Equal(
            [new("\"acme\""), new("12.50"), new("1700000000000", "2023-11-14T22:13:20Z"), new("true"), new("\"Af8=\"")],
            preview.Rows[0]);
        Assert.Null(preview.CutShort);
    }

    [Fact]
    public async Task Preview_says_of_each_value_that_its_type_does_not_take_and_ends_at_its_bounds()
    {
        await using (var connection = new SqliteConnection($"Data Source={_file};Pooling=False"))
        {
            await connection.OpenAsync(Ct);
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE long (id INTEGER, text TEXT, amount DECIMAL(18,4));"
                + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO long SELECT i, printf('%.*c', 5000, 'x'), 1.2345 FROM n";
            await command.ExecuteNonQueryAsync(Ct);
        }

        var preview = await PreviewOfAsync("long", new FeedColumn("text", "TEXT", "STRING", true), new FeedColumn("amount", "DECIMAL(18,4)", "DECIMAL(18, 2)", true));

        // what is read counts, not what is shown of it: the fourteenth text is the last
        Assert.Equal((14, "the values are long"), (preview.Rows.Length, preview.CutShort));
        Assert.All(preview.Rows, row => Assert.Equal(SourcePreview.MaxCellLength + 1, row[0].Text!.Length));
        Assert.All(preview.Rows, row => Assert.Null(row[0].Problem));
        Assert.All(preview.Rows, row => Assert.NotEmpty(row[1].Problem!));
        Assert.Equal("…", preview.Rows[^1][1].Text);
    }

    private Task<SourcePreview> PreviewAsync(params FeedColumn[] columns) => PreviewOfAsync("accounts", columns);

    private async Task<SourcePreview> PreviewOfAsync(string table, params FeedColumn[] columns)
    {
        var feed = new FeedRequest("f", "bank", table, FeedKind.State, [.. columns], ["id"], null, null, "tenant");
        var preview = await _inspector.PreviewAsync(Source($"jdbc:sqlite:{_file}"), feed, Ct);
        Assert.True(preview.IsSuccess, preview.Error?.ToText());
        return preview.Value;
    }

    [Fact]
    public async Task Test_succeeds_on_a_database() => Assert.True((await _inspector.TestAsync(Source($"jdbc:sqlite:{_file}"), Ct)).IsSuccess);

    [Fact]
    public async Task Test_says_the_same_of_a_file_that_is_missing_and_of_one_that_is_no_database()
    {
        var text = Path.Combine(Path.GetDirectoryName(_file)!, "letter.txt");
        await File.WriteAllTextAsync(text, new string('x', 5000), Ct);

        var letter = (await _inspector.TestAsync(Source($"jdbc:sqlite:{text}"), Ct)).Error!;
        var missing = (await _inspector.TestAsync(Source("jdbc:sqlite:/no/such/file.db"), Ct)).Error!;

        Assert.Equal("SourceNotReadable", letter.Code);
        Assert.Equal(letter.ToString().Replace(text, "", StringComparison.Ordinal), missing.ToString().Replace("/no/such/file.db", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jdbc:oracle:thin:@host", SourceKind.Sqlite, "ConnectionUrlMalformed")]
    [InlineData("jdbc:postgresql://host", SourceKind.PostgreSql, "ConnectionUrlMalformed")]
    [InlineData("postgres://host/db", SourceKind.PostgreSql, "ConnectionUrlMalformed")]
    [InlineData("jdbc:postgresql://127.0.0.1:1/db", SourceKind.PostgreSql, "SourceUnreachable")]
    [InlineData("jdbc:postgresql://no-such-host.invalid/db", SourceKind.PostgreSql, "SourceUnreachable")]
    public async Task Test_names_what_is_wrong_with_an_address(string url, SourceKind kind, string code)
    {
        var error = (await _inspector.TestAsync(new SourceConnection(kind, url, "me", "secret"), Ct)).Error!;

        Assert.Equal(code, error.Code);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_of_an_unnamed_host_does_not_tell_why_it_cannot_be_reached_and_of_a_named_one_does()
    {
        var closed = (await _inspector.TestAsync(Postgres("127.0.0.1:1"), Ct)).Error!;
        var unknown = (await _inspector.TestAsync(Postgres("no-such-host.invalid:1"), Ct)).Error!;
        var named = new SourceInspector(SourceRules.None with { Hosts = ["127.0.0.1"] }, TimeProvider.System);

        Assert.Equal(
            closed.Message.Replace("127.0.0.1", "", StringComparison.Ordinal), unknown.Message.Replace("no-such-host.invalid", "", StringComparison.Ordinal));
        Assert.NotEqual(closed.Message, (await named.TestAsync(Postgres("127.0.0.1:1"), Ct)).Error!.Message);
        Assert.Equal("ConnectionUrlClosed", (await named.TestAsync(Postgres("no-such-host.invalid:1"), Ct)).Error!.Code);
    }

    private static SourceConnection Postgres(string authority) => new(SourceKind.PostgreSql, $"jdbc:postgresql://{authority}/db", "me", "secret");

    private static SourceConnection Source(string url) => new(SourceKind.Sqlite, url, null, null);
}
