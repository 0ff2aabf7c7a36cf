using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;

namespace Pioneer.Streams.Processing;

/// <summary>Reads a record's time out of one of its columns.</summary>
internal sealed class TimestampReader
{
    private readonly TimestampColumn _column;
    private readonly int _at;
    private readonly ScalarBody? _parse;

    private TimestampReader(TimestampColumn column, int at)
    {
        (_column, _at) = (column, at);
        _parse = column.Format is null
            ? null
            : FunctionCatalogue.Default.Find("STRINGTOTIMESTAMP")!.Resolve([SqlType.String, SqlType.String])!.Bind(FunctionServices.System);
    }

    /// <summary>The reader over rows of these columns; null where records have their own time.</summary>
    public static TimestampReader? For(TimestampColumn? column, IReadOnlyList<Column> columns)
    {
        for (var i = 0; column is not null && i < columns.Count; i++)
        {
            if (columns[i].Name == column.Column)
            {
                return new TimestampReader(column, i);
            }
        }

        return null;
    }

    /// <summary>The time, epoch milliseconds; negative ones are none.</summary>
    public bool TryRead(object?[] row, out long timeMs, out string problem)
    {
        timeMs = -1;
        problem = "";
        try
        {
            timeMs = row[_at] switch
            {
                long ms => ms,
                string text when _parse is not null => (long)_parse([text, _column.Format])!,
                _ => -1,
            };
            problem = timeMs < 0 ? $"Failed to extract timestamp from row: the column {_column.Column} holds {row[_at] ?? "NULL"}" : "";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            problem = $"Failed to extract timestamp from row: {e.Message}";
        }

        return timeMs >= 0;
    }
}
