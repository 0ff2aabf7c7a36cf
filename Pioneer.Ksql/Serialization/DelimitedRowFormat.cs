using System.Globalization;
using System.Text;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Serialization;

/// <summary>
/// One line of CSV: cells in column order, quoted where they hold the delimiter, a quote or a line end; an empty cell is NULL.
/// </summary>
internal sealed class DelimitedRowFormat(IReadOnlyList<Column> columns, char delimiter) : RowFormat
{
    public override object?[]? Read(byte[]? bytes)
    {
        if (bytes is null)
        {
            return null;
        }

        var texts = Split(StrictUtf8.Read(bytes));
        if (texts.Count != columns.Count)
        {
            throw new FormatException($"Unexpected field count, csvFields:{texts.Count} schemaFields:{columns.Count}");
        }

        return [.. texts.Select((t, i) => t is null ? null : ReadCell(t, columns[i]))];
    }

    public override byte[]? Write(ReadOnlySpan<object?> cells)
    {
        if (cells.IsEmpty)
        {
            return null;
        }

        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
            {
                line.Append(delimiter);
            }

            if (WriteCell(cells[i], columns[i].Type) is { } text)
            {
                line.Append(NeedsQuotes(text, isFirst: i == 0) ? Quote(text) : text);
            }
        }

        return StrictUtf8.Write(line.ToString());
    }

    private static object ReadCell(string text, Column column)
    {
        try
        {
            return ReadCell(text, column.Type);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            throw new FormatException($"{column.Name}: {wrong.Message}", wrong);
        }
    }

    private static object ReadCell(string text, SqlType type) => type switch
    {
        { BaseType: SqlBaseType.String } => text,
        { BaseType: SqlBaseType.Boolean } => bool.Parse(text),
        { BaseType: SqlBaseType.Integer or SqlBaseType.Date or SqlBaseType.Time } =>
            int.Parse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        { BaseType: SqlBaseType.Bigint or SqlBaseType.Timestamp } =>
            long.Parse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        { BaseType: SqlBaseType.Double } => double.Parse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture),
        SqlDecimal d => BigDecimal.Parse(text.AsSpan().Trim()).FitExactlyTo(d) ?? throw new FormatException($"'{text}' does not fit {d}"),
        { BaseType: SqlBaseType.Bytes } => Convert.FromBase64String(text),
        _ => throw new FormatException($"The 'DELIMITED' format does not support type '{type.BaseType}'"),
    };

    private static string? WriteCell(object? cell, SqlType type) => cell switch
    {
        null => null,
        int i => i.ToString(CultureInfo.InvariantCulture),
        long l => l.ToString(CultureInfo.InvariantCulture),
        _ => SqlText.Of(cell, type),
    };

    private static string Quote(string text) => "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    // The rules of Apache Commons CSV (QuoteMode.MINIMAL), which is careful about how lines and cells begin and end.
    private bool NeedsQuotes(string text, bool isFirst)
    {
        if (text.Length == 0)
        {
            return isFirst;
        }

        return (isFirst && !char.IsAsciiLetterOrDigit(text[0]))
            || text[0] <= '#'
            || text.AsSpan().IndexOfAny('\n', '\r', '"') >= 0
            || text.Contains(delimiter, StringComparison.Ordinal)
            || text[^1] <= ' ';
    }

    private List<string?> Split(string line)
    {
        var cells = new List<string?>();
        var cell = new StringBuilder();
        var (quoted, wasQuoted) = (false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted)
            {
                if (c != '"')
                {
                    cell.Append(c);
                }
                else if (i + 1 < line.Length && line[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                (quoted, wasQuoted) = (true, true);
            }
            else if (c == delimiter)
            {
                cells.Add(cell.Length == 0 && !wasQuoted ? null : cell.ToString());
                cell.Clear();
                wasQuoted = false;
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.Length == 0 && !wasQuoted ? null : cell.ToString());
        return cells;
    }
}
