using System.Text;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// The statements of a poll, worded as the real connector words them: the condition is appended to a query, which therefore must not end
/// in a WHERE clause of its own (wrap it: <c>SELECT * FROM (SELECT … WHERE …) q</c>).
/// </summary>
internal static class JdbcSql
{
    public static string Build(JdbcSourceSettings settings, string? table)
    {
        var quote = settings.Dialect.Quote;
        var sql = new StringBuilder(table is null ? settings.Query : $"SELECT * FROM {quote(table)}");
        var id = settings.IncrementingColumn is { } column ? quote(column) : "";
        var time = settings.TimestampColumns.Length == 1
            ? quote(settings.TimestampColumns[0])
            : $"COALESCE({string.Join(", ", settings.TimestampColumns.Select(quote))})";
        sql.Append(settings.Mode switch
        {
            JdbcMode.Incrementing => $" WHERE {id} > @last ORDER BY {id} ASC",
            JdbcMode.Timestamp => $" WHERE {time} > @start AND {time} < @end ORDER BY {time} ASC",
            JdbcMode.TimestampIncrementing =>
                $" WHERE {time} < @end AND (({time} = @start AND {id} > @last) OR {time} > @start) ORDER BY {time}, {id} ASC",
            _ => "",
        });
        return settings.QuerySuffix.Length == 0 ? sql.ToString() : sql.Append(' ').Append(settings.QuerySuffix).ToString();
    }
}
