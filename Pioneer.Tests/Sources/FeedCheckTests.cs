using Microsoft.Data.Sqlite;
using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>What a look into the table says about a feed before it is defined.</summary>
public sealed class FeedCheckTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("pioneer-check-").FullName, "bank.db");
    private readonly SourceInspector _inspector = new(SourceRules.None, TimeProvider.System);

    public void Dispose() => TestFolder.Delete(Path.GetDirectoryName(_file)!);

    [Theory]
    [InlineData(FeedKind.State, null, null, "('EQ', 1, 0, 'acme'), ('FX', 2, 0, 'acme')", null)]
    [InlineData(FeedKind.State, null, null, "('EQ', 1, 0, 'acme'), ('EQ', 2, 0, 'globex')", null)]
    [InlineData(FeedKind.State, null, null, "('EQ', 1, 0, 'acme'), ('EQ', 2, 0, 'acme')", "KeyNotUnique")]
    [InlineData(FeedKind.Event, null, "number", "('EQ', 1, 0, 'acme'), ('EQ', 2, 0, 'acme')", null)]
    [InlineData(FeedKind.Event, null, "number", "('EQ', 7, 0, 'acme'), ('FX', 7, 0, 'globex')", "GrowingColumnNotUnique")]
    [InlineData(FeedKind.Event, null, "number", "('EQ', 1, 0, 'acme'), ('FX', NULL, 0, 'acme')", "GrowingColumnEmpty")]
    [InlineData(FeedKind.Event, "booked", null, "('EQ', 1, 1700000000000, 'acme'), ('FX', 2, NULL, 'acme')", null)]
    [InlineData(FeedKind.Event, "booked", null, "('EQ', 1, 1700000000000, 'acme'), ('FX', 2, '2026-11-29 10:00:00', 'acme')", "TimeColumnUnmatched")]
    [InlineData(FeedKind.Event, "booked", null, "", null)]
    public async Task Table_is_held_against_what_the_feed_says(FeedKind kind, string? time, string? growing, string rows, string? fault)
    {
        await FillAsync(rows);

        var check = (await _inspector.CheckAsync(Source(""), Feed(kind, time, growing), Ct)).Value;

        Assert.Equal(fault is null ? [] : [fault], check.Faults.Select(error => error.Code));
        Assert.Empty(check.NotChecked);
    }

    [Fact]
    public async Task Times_in_text_are_named_with_the_address_that_reads_them()
    {
        await FillAsync("('EQ', 1, '2026-11-29T10:00:00', 'acme'), ('FX', 2, '2026-11-29T10:00:01', 'acme')");
        var feed = Feed(FeedKind.Event, "booked", null);

        var refused = Assert.Single((await _inspector.CheckAsync(Source(""), feed, Ct)).Value.Faults);

        Assert.Contains("'2026-11-29T10:00:00'", refused.Message, StringComparison.Ordinal);
        var address = refused.Hint![refused.Hint!.IndexOf("jdbc:", StringComparison.Ordinal)..];
        var check = (await _inspector.CheckAsync(Source(address[$"jdbc:sqlite:{_file}".Length..]), feed, Ct)).Value;
        Assert.Empty(check.Faults);
    }

    [Fact]
    public async Task Rows_of_nobody_are_counted()
    {
        await FillAsync("('EQ', 1, 0, 'acme'), ('FX', 2, 0, NULL), ('IR', 3, 0, NULL)");

        var check = (await _inspector.CheckAsync(Source(""), Feed(FeedKind.Event, null, "number"), Ct)).Value;

        Assert.Equal((3L, 2L), (check.Rows!.Value, check.RowsOfNobody!.Value));
        Assert.Equal([new RowsOfValue(null, 2), new RowsOfValue("acme", 1)], check.Values);
        Assert.False(check.HasMoreValues);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SourceConnection Source(string options) => new(SourceKind.Sqlite, $"jdbc:sqlite:{_file}{options}", null, null);

    private static FeedRequest Feed(FeedKind kind, string? time, string? growing) => new(
        "trades", "bank", "trades", kind,
        [new("desk", "TEXT", "STRING", true), new("number", "BIGINT", "BIGINT", true), new("booked", "TIMESTAMP", "TIMESTAMP", true), new("tenant", "TEXT", "STRING", true)],
        ["desk"], time, growing, "tenant");

    private async Task FillAsync(string rows)
    {
        await using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE TABLE trades (desk TEXT, number BIGINT, booked TIMESTAMP, tenant TEXT); {(rows.Length > 0 ? $"INSERT INTO trades VALUES {rows};" : "")}";
        await command.ExecuteNonQueryAsync(Ct);
    }
}
