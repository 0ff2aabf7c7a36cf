using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using Pioneer.Embedded.Connect.Converters;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Jdbc;
using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>Each cell of the tables in docs/sources.md, read as the embedded Connect worker reads it.</summary>
public sealed partial class SourceTypeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Refused = "refused: ";

    private const string OwnTypes =
        """
        DO $$ BEGIN
            CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN iban AS text; CREATE DOMAIN cents AS numeric(9,2);
            CREATE TYPE pair AS (a integer, b text); CREATE EXTENSION hstore; CREATE EXTENSION citext;
        EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        """;

    // no client may write values of these
    private static readonly string[] Unwritable =
    [
        "pg_node_tree", "gtsvector", "pg_ndistinct", "pg_dependencies", "pg_mcv_list", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary",
    ];

    public static TheoryData<string, string, string> PostgreSqlCells => Cells("PostgreSQL 15");

    public static TheoryData<string, string, string> SqliteCells => Cells("SQLite");

    [Theory]
    [MemberData(nameof(PostgreSqlCells))]
    public async Task Cell_of_postgresql_is_read_as_documented(string type, string holds, string expected)
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync(OwnTypes);
        await postgres.SqlAsync(
            $"DROP TABLE IF EXISTS cells; CREATE TABLE cells (id integer, v {type}); INSERT INTO cells VALUES (1, {holds}), (2, NULL)");

        var (first, second) = await ReadAsync(postgres.JdbcUrl);

        AssertReads(expected, first);
        Assert.Equal("null", second);
    }

    [Theory]
    [MemberData(nameof(SqliteCells))]
    public async Task Cell_of_sqlite_is_read_as_documented(string type, string holds, string expected)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pioneer-cells-{Guid.NewGuid():N}.db");
        try
        {
            await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
            {
                await connection.OpenAsync(TestContext.Current.CancellationToken);
                await using var command = connection.CreateCommand();
                command.CommandText = $"CREATE TABLE cells (id INTEGER, v {type}); INSERT INTO cells VALUES (1, {holds}), (2, NULL)";
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            var (first, second) = await ReadAsync("jdbc:sqlite:" + file);

            AssertReads(expected, first);
            Assert.Equal("null", second);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Every_type_of_postgresql_is_documented()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var connection = await postgres.ConnectAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT format_type(oid, NULL) FROM pg_type
            WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND (typcategory <> 'A' OR typname IN ('int2vector', 'oidvector'))
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var known = Cells("PostgreSQL 15").Select(row => Modifier().Replace(row.Data.Item1, "")).ToHashSet();
        var missing = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var type = reader.GetString(0).Replace(" without time zone", "", StringComparison.Ordinal);
            if (!known.Contains(type) && !Unwritable.Contains(type))
            {
                missing.Add(type);
            }
        }

        Assert.Empty(missing);
    }

    private static void AssertReads(string expected, string actual)
    {
        if (expected.StartsWith(Refused, StringComparison.Ordinal))
        {
            Assert.StartsWith(Refused, actual, StringComparison.Ordinal);
            Assert.Contains("in column v", actual, StringComparison.Ordinal);
            Assert.Contains(expected[Refused.Length..], actual, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, actual);
        }
    }

    /// <summary>The values of the two rows in JSON, or why they are refused.</summary>
    private static async Task<(string First, string Second)> ReadAsync(string url)
    {
        var settings = JdbcSourceSettings.Parse(
            new Dictionary<string, string>
            {
                ["connection.url"] = url, ["connection.user"] = "bank", ["mode"] = "bulk", ["query"] = "SELECT v FROM cells ORDER BY id", ["topic.prefix"] = "t",
            },
            TimeProvider.System);
        await using var connection = await settings.Dialect.OpenAsync(TestContext.Current.CancellationToken);
        await using var querier = new JdbcQuerier(settings, null, "{}", JdbcOffset.Start, TimeProvider.System);
        var records = new List<SourceRecord>();
        do
        {
            records.AddRange(await querier.ReadAsync(connection, TestContext.Current.CancellationToken));
        }
        while (querier.IsOpen);

        Assert.Equal(2, records.Count);
        return (Text(records[0]), Text(records[1]));
    }

    private static string Text(SourceRecord record)
    {
        if (record.Unreadable is { } reason)
        {
            return Refused + reason;
        }

        var row = (ConnectStruct)record.Value!;
        return Encoding.UTF8.GetString(
            new JsonRecordConverter(schemasEnabled: false, decimalsAsNumbers: true).Convert(row.Schema.Fields[0].Schema, row.Values[0])
            ?? "null"u8.ToArray());
    }

    private static TheoryData<string, string, string> Cells(string database)
    {
        var text = File.ReadAllText(RepositoryFolder.Of("docs", "sources.md")).ReplaceLineEndings("\n");
        var from = text.IndexOf($"\n## {database}\n", StringComparison.Ordinal);
        var to = text.IndexOf("\n## ", from + 1, StringComparison.Ordinal);
        var cells = new TheoryData<string, string, string>();
        foreach (Match row in Row().Matches(to < 0 ? text[from..] : text[from..to]))
        {
            cells.Add(row.Groups["type"].Value, row.Groups["holds"].Value, row.Groups["json"].Success ? row.Groups["json"].Value : row.Groups["refused"].Value);
        }

        return cells;
    }

    [GeneratedRegex(
        """^\| (`(?<type>[^`]+)`[^|]*|\(nothing\)) \| `(?<holds>[^`]*)` \| (`(?<json>[^`]*)`|(?<refused>refused: [^|]+)) \|$""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"\([0-9,-]+\)")]
    private static partial Regex Modifier();
}
