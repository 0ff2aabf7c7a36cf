using System.Text;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// The statements of a poll, worded as the real connector words them: the condition is appended to a query, which therefore must not end
/// in a WHERE clause of its own (wrap it: <c>SELECT * FROM (SELECT … WHERE …) q</c>).
/// </summary>
internal static class JdbcSql
{
    /// <summary>
    /// Rows beyond the offset; all of them where there is none yet. Rows of the offset's own time are read again where those that were delivered are known, as
    /// others may have come since: whoever reads drops the known ones. Rows without a time are read in the first pass, before all
    /// others.
    /// </summary>
    public static string Build(JdbcSourceSettings settings, string? table, JdbcOffset offset)
    {
        var quote = settings.Dialect.Quote;
        var sql = new StringBuilder(table is null ? settings.Query : $"SELECT * FROM {quote(table)}");
        var id = settings.IncrementingColumn is { } column ? quote(column) : "";
        var time = settings.TimestampColumns.Length == 1
            ? quote(settings.TimestampColumns[0])
            : $"COALESCE({string.Join(", ", settings.TimestampColumns.Select(quote))})";
        var conditions = settings.UsesTimestamp ? $" WHERE {Beyond(settings, offset, time, id)}"
            : settings.UsesIncrementing && offset.Incrementing is not null ? $" WHERE {id} > @last" : "";
        var nullsFirst = offset.Timestamp is null ? $"{time} IS NOT NULL, " : "";
        sql.Append(conditions).Append(settings.Mode switch
        {
            JdbcMode.Incrementing => $" ORDER BY {id} ASC",
            JdbcMode.Timestamp => $" ORDER BY {nullsFirst}{time} ASC",
            JdbcMode.TimestampIncrementing => $" ORDER BY {nullsFirst}{time}, {id} ASC",
            _ => "",
        });
        return settings.QuerySuffix.Length == 0 ? sql.ToString() : sql.Append(' ').Append(settings.QuerySuffix).ToString();
    }

    private static string Beyond(JdbcSourceSettings settings, JdbcOffset offset, string time, string id) => offset switch
    {
        { Timestamp: null } => $"({time} < @end OR {time} IS NULL)",
        { RowsAtTimestamp.Count: > 0 } => $"{time} >= @start AND {time} < @end",
        { Incrementing: not null } when settings.UsesIncrementing => $"{time} < @end AND (({time} = @start AND {id} > @last) OR {time} > @start)",
        _ => $"{time} > @start AND {time} < @end",
    };
}
