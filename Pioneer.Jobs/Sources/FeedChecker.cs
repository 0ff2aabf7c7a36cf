using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>Looks into the table that a feed is to read for what would lose rows: keys that stand twice, a growing column that repeats or is empty, times that do not compare.</summary>
internal sealed class FeedChecker(ISourceDialect dialect, DbConnection connection, SourceConnection source, FeedRequest feed)
{
    private readonly ImmutableArray<Error>.Builder _faults = ImmutableArray.CreateBuilder<Error>();
    private readonly ImmutableArray<string>.Builder _notChecked = ImmutableArray.CreateBuilder<string>();

    private string Table => dialect.Quote(feed.Table!);

    private string Tenant => dialect.Quote(feed.TenantColumn!);

    public async Task<FeedCheck> CheckAsync(CancellationToken ct)
    {
        var counted = await AskAsync("the number of rows", $"SELECT COUNT(*), COUNT({Tenant}) FROM {Table}", ct);
        if (feed.Kind is FeedKind.State)
        {
            await CheckKeyAsync(ct);
        }
        else
        {
            await CheckGrowingAsync(ct);
            await CheckTimeAsync(ct);
        }

        var values = await ValuesAsync(ct);
        var rows = counted is [var all, _] ? Number(all) : (long?)null;
        return new FeedCheck(rows, counted is [_, var owned] ? rows - Number(owned) : null, _faults.ToImmutable(), _notChecked.ToImmutable())
        {
            Values = [.. values.Take(FeedCheck.MaxValues)],
            HasMoreValues = values.Length > FeedCheck.MaxValues,
        };
    }

    private async Task<ImmutableArray<RowsOfValue>> ValuesAsync(CancellationToken ct)
    {
        var text = source.Kind is SourceKind.Sqlite ? $"CAST({Tenant} AS TEXT) COLLATE BINARY" : $"CAST({Tenant} AS text)";
        var rows = await AllAsync("whose rows they are",
            $"SELECT {text}, COUNT(*) FROM {Table} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {FeedCheck.MaxValues + 1}", ct);
        return [.. rows.Select(row => new RowsOfValue(row[0] as string, Number(row[1])))];
    }

    private async Task CheckKeyAsync(CancellationToken ct)
    {
        var key = string.Join(", ", feed.KeyColumns.Select(dialect.Quote));
        var named = string.Join("', '", feed.KeyColumns);
        var twice = await AskAsync($"whether '{named}' is unique",
            $"SELECT COUNT(*), {Tenant}, {key} FROM {Table} WHERE {Tenant} IS NOT NULL GROUP BY {key}, {Tenant} HAVING COUNT(*) > 1 LIMIT 1", ct);
        if (twice is [var rows, var tenant, .. var values])
        {
            _faults.Add(Error.Invalid("KeyNotUnique", "keyColumns",
                $"'{named}' is no key of '{feed.Table}': '{string.Join("', '", values)}' stands in {rows} rows of '{tenant}', and a state keeps one of them.",
                "Name columns whose values are together unique for each tenant, or make it a real-time feed, which keeps every row."));
        }
    }

    private async Task CheckGrowingAsync(CancellationToken ct)
    {
        if (feed.IncrementingColumn is not { } column)
        {
            return;
        }

        var growing = dialect.Quote(column);
        var twice = await AskAsync($"whether '{column}' is unique", $"SELECT {growing}, COUNT(*) FROM {Table} WHERE {growing} IS NOT NULL GROUP BY {growing} HAVING COUNT(*) > 1 LIMIT 1", ct);
        if (twice is [var value, var rows])
        {
            _faults.Add(Error.Invalid("GrowingColumnNotUnique", "incrementingColumn",
                $"'{column}' of '{feed.Table}' does not grow with each row: {value} stands in {rows} rows, and only those that are there when it is read first are seen.",
                "Name a column that a sequence fills, a time column alone, or make it a batch feed."));
        }

        var empty = await AskAsync($"whether '{column}' is empty somewhere", $"SELECT COUNT(*) FROM {Table} WHERE {growing} IS NULL", ct);
        if (empty is [var count] && Number(count) is > 0 and var without)
        {
            _faults.Add(Error.Invalid("GrowingColumnEmpty", "incrementingColumn",
                $"'{column}' is empty in {Plural.Of((int)Math.Min(without, int.MaxValue), "row")} of '{feed.Table}'; they would never be read.", "Name a column that is never empty, or make it a batch feed."));
        }
    }

    private async Task CheckTimeAsync(CancellationToken ct)
    {
        if (feed.TimestampColumn is not { } column)
        {
            return;
        }

        var time = dialect.Quote(column);
        if (SourceAddress.TryParse(source.ConnectionUrl, out var address, out _) && address is SqliteAddress sqlite)
        {
            var other = await AskAsync(
                $"how '{column}' holds its times", $"SELECT CAST(MIN({time}) AS TEXT), COUNT(*) FROM {Table} WHERE {time} IS NOT NULL AND NOT ({sqlite.Compares(time)})", ct);
            if (other is [string example, var rows] && Number(rows) > 0)
            {
                _faults.Add(TimesDoNotCompare(sqlite, column, example, Number(rows)));
                return;
            }
        }

        await AskAsync($"the newest time of '{column}'", $"SELECT MAX({time}) FROM {Table}", ct);
    }

    private Error TimesDoNotCompare(SqliteAddress address, string column, string example, long rows)
    {
        var known = SqliteTimeFormat.All.FirstOrDefault(format => Regex.IsMatch(
            example, $"^{Regex.Escape(format.Glob).Replace("\\[0-9]", "[0-9]", StringComparison.Ordinal)}$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        return Error.Invalid("TimeColumnUnmatched", "timestampColumn",
            $"'{column}' of '{feed.Table}' holds '{example}' and the like in {Plural.Of((int)Math.Min(rows, int.MaxValue), "row")}, and the source's address says that times are "
            + $"{(address.TimeFormat is { } format ? $"texts as {format.Pattern}" : "numbers of milliseconds")}: these rows would never be read in their place.",
            known is null ? "Name another column, or bring the times into one form." : $"If all rows have this form, make the source's address {(address with { TimeFormat = known }).Jdbc}");
    }

    /// <summary>The first row of an answer; empty where there is none or what was asked took too long.</summary>
    private async Task<ImmutableArray<object?>> AskAsync(string what, string sql, CancellationToken ct) =>
        await AllAsync(what, sql, ct) is [var first, ..] ? first : [];

    /// <summary>The rows of an answer, which are few; empty where there are none or what was asked took too long.</summary>
    private async Task<List<ImmutableArray<object?>>> AllAsync(string what, string sql, CancellationToken ct)
    {
        try
        {
            var answer = new List<ImmutableArray<object?>>();
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var rows = await dialect.QueryAsync(command, ct);
            while (await rows.ReadAsync())
            {
                answer.Add([.. rows.Fields.Select((field, at) => rows.Reader.IsDBNull(at) ? null : field.Value(rows.Reader, at))]);
            }

            return answer;
        }
        catch (UnreadableValueException unreadable)
        {
            _faults.Add(Error.Invalid("TimeColumnUnreadable", "timestampColumn", $"'{feed.Table}': {what} cannot be read: {unreadable.Message}", "Name another column."));
            return [];
        }
        catch (Exception slow) when (dialect.Judge(slow) is { Kind: SourceFailureKind.TimeLimit or SourceFailureKind.Busy })
        {
            _notChecked.Add(what);
            return [];
        }
    }

    private static long Number(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
