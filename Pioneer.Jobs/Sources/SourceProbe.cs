using System.Collections.Immutable;
using System.Data.Common;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>
/// Asks a source, apart from the connectors that read it: can it be reached and signed in to now, and whose rows are newer than a mark. One connection a
/// look and one statement a feed over the rows since the last look, each with a limit; without a mark only the newest values are looked up, which
/// an index answers. Reads nothing of State feeds, whose rows have no order.
/// </summary>
public sealed class SourceProbe(SourceRules rules, TimeProvider time)
{
    private readonly SourceOpener _sources = new(rules, time);

    /// <summary>How long a statement may go without an answer.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the source can be reached and signed in to now, and what is new in the feeds.</summary>
    public async Task<SourceLook> LookAsync(SourceConnection source, IReadOnlyList<FeedToLookAt> feeds, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var dialect = _sources.Dialect(source, Limit, null);
        if (dialect.IsFailure)
        {
            return new SourceLook(Contact(SourceContactKind.Refused, dialect.Error), []);
        }

        try
        {
            await using var connection = await dialect.Value.OpenAsync(cancellationToken);
            // a SQLite file is only read, and found to be none, when its catalogue is
            await using var command = connection.CreateCommand();
            command.CommandText = source.Kind is SourceKind.Sqlite ? "SELECT count(*) FROM sqlite_master" : "SELECT 1";
            await command.ExecuteScalarAsync(cancellationToken);
            var contact = Contact(SourceContactKind.Reached, null);
            var news = ImmutableArray.CreateBuilder<FeedNews>(feeds.Count);
            foreach (var feed in feeds)
            {
                news.Add(await NewsAsync(source, connection, feed, cancellationToken));
            }

            return new SourceLook(contact, news.MoveToImmutable());
        }
        catch (Exception error) when (error is not OperationCanceledException && dialect.Value.Judge(error) is not null)
        {
            var failure = dialect.Value.Judge(error)!;
            return new SourceLook(Contact(KindOf(failure), _sources.Describe(source, failure)), []);
        }

        SourceContact Contact(SourceContactKind kind, Error? error) => new(time.GetUtcNow(), kind, error, time.GetElapsedTime(started));
    }

    private static SourceContactKind KindOf(SourceFailure failure) => failure.Kind switch
    {
        SourceFailureKind.Refused => SourceContactKind.Refused,
        SourceFailureKind.QueryFailed => SourceContactKind.QueryFailed,
        _ => SourceContactKind.Unreachable,
    };

    private async Task<FeedNews> NewsAsync(SourceConnection source, DbConnection connection, FeedToLookAt feed, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var dialect = _sources.Dialect(source, Limit, feed.TimeFormat).Value;
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Sql(source, dialect, feed);
            await BindAsync(dialect, command, feed, cancellationToken);
            await using var rows = await dialect.QueryAsync(command, cancellationToken);
            var found = ImmutableArray.CreateBuilder<NewRows>();
            while (await rows.ReadAsync())
            {
                found.Add(Row(dialect, rows, feed));
            }

            var newest = found.Aggregate(feed.After ?? SourceMark.None, (mark, row) => mark.Max(row.Newest));
            return new FeedNews(feed.Feed, newest, IsFirst(feed) ? [] : found.ToImmutable(), null) { Took = time.GetElapsedTime(started) };
        }
        catch (Exception error) when (error is UnreadableValueException or FormatException or OverflowException || (error is not OperationCanceledException && dialect.Judge(error) is not null))
        {
            var reason = dialect.Judge(error) is { } failure
                ? _sources.Describe(source, failure)
                : new Error("SourceValueUnreadable", $"{source.ConnectionUrl}, {feed.Table}: {error.Message}");
            return new FeedNews(feed.Feed, feed.After, [], reason) { Took = time.GetElapsedTime(started) };
        }
    }

    private static bool IsFirst(FeedToLookAt feed) => feed is { After: null, RowsOf: null };

    /// <summary>Rows by tenant value, since the mark or all; the largest time and number of all rows in a first look. A time that is to come is no row yet.</summary>
    private static string Sql(SourceConnection source, ISourceDialect dialect, FeedToLookAt feed)
    {
        var number = feed.GrowingColumn is { } growing ? dialect.Quote(growing) : null;
        var at = feed.TimeColumn is { } timeColumn ? dialect.Quote(timeColumn) : null;
        var table = dialect.Quote(feed.Table);
        var (newestTime, newestNumber) = (Newest(at), Newest(number));
        if (IsFirst(feed))
        {
            return $"SELECT NULL, 0, {(at is null ? "NULL" : $"MAX({at})")}, {newestNumber}, 0, 0 FROM {table}{(at is null ? "" : $" WHERE {at} < @end")}";
        }

        var counted = at is null ? "COUNT(*)" : $"COUNT(CASE WHEN {at} < @end{(feed.RowsOf is null ? "" : $" OR {at} IS NULL")} THEN 1 END)";
        var unmatched = at is not null && source.Kind is SourceKind.Sqlite && SourceAddress.TryParse(source.ConnectionUrl, out var address, out _) && address is SqliteAddress sqlite
            ? $"COUNT(CASE WHEN {at} IS NOT NULL AND NOT ({(feed.TimeFormat is null ? sqlite : sqlite with { TimeFormat = feed.TimeFormat }).Compares(at)}) THEN 1 END)"
            : "0";
        var condition = feed.RowsOf ?? Beyond(feed.After, "after", at, number);
        var unseen = feed is { RowsOf: null, Seen: { } seen }
            ? Beyond(seen, "seen", at, number) is { } beyond ? $"COUNT(CASE WHEN {beyond}{(at is null ? "" : $" AND {at} < @end")} THEN 1 END)" : counted
            : "0";
        var tenant = $"CAST({dialect.Quote(feed.TenantColumn)} AS text){(source.Kind is SourceKind.Sqlite ? " COLLATE BINARY" : "")}";
        return $"SELECT {tenant}, {counted}, {newestTime}, {newestNumber}, {unmatched}, {unseen} FROM {table}{(condition is null ? "" : $" WHERE {condition}")} GROUP BY 1";

        string Newest(string? column) => column is null ? "NULL" : at is null ? $"MAX({column})" : $"MAX(CASE WHEN {at} < @end THEN {column} END)";
    }

    /// <summary>What is beyond a mark, which stands in the parameter; null where all is.</summary>
    private static string? Beyond(SourceMark? mark, string parameter, string? at, string? number) =>
        mark?.Time is not null && at is not null ? $"{at} > @{parameter}" : mark?.Number is not null && number is not null ? $"{number} > @{parameter}" : null;

    private static async Task BindAsync(ISourceDialect dialect, DbCommand command, FeedToLookAt feed, CancellationToken cancellationToken)
    {
        if (feed.TimeColumn is not null)
        {
            command.Parameters.Add(dialect.TimeParameter(command, "end", await dialect.ClockAsync(command.Connection!, cancellationToken) - feed.Delay));
        }

        if (feed is { RowsOf: null, After: not null })
        {
            Bind("after", feed.After);
            Bind("seen", feed.Seen);
        }

        void Bind(string name, SourceMark? mark)
        {
            if (feed.TimeColumn is not null && mark?.Time is { } time)
            {
                command.Parameters.Add(dialect.TimeParameter(command, name, time));
            }
            else if (feed.GrowingColumn is not null && mark?.Number is { } number)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, number);
                command.Parameters.Add(parameter);
            }
        }
    }

    private static NewRows Row(ISourceDialect dialect, SourceRows rows, FeedToLookAt feed)
    {
        var time = feed.TimeColumn is null || rows.Reader.IsDBNull(2) ? null : rows.Fields[2].Value(rows.Reader, 2);
        var number = feed.GrowingColumn is null || rows.Reader.IsDBNull(3) ? null : rows.Fields[3].Value(rows.Reader, 3);
        return new NewRows(
            rows.Reader.IsDBNull(0) ? null : (string?)rows.Fields[0].Value(rows.Reader, 0),
            Number(rows, 1),
            new SourceMark(
                time is null ? null : dialect.Instant(time),
                number is null ? null : Convert.ToInt64(number.ToString(), System.Globalization.CultureInfo.InvariantCulture)))
        {
            Unmatched = Number(rows, 4),
            Unseen = Number(rows, 5),
        };
    }

    private static long Number(SourceRows rows, int field) =>
        Convert.ToInt64(rows.Fields[field].Value(rows.Reader, field), System.Globalization.CultureInfo.InvariantCulture);
}
