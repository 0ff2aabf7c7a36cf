using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pioneer.Domain.Ingestion;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>
/// Reads the first rows of a table for a preview: each value as the record would have it, held against the type that ksql is to read it with.
/// Ends at a number of rows, at a number of characters, and when it has taken too long.
/// </summary>
/// <param name="limit">For the whole of it; a step that takes longer is cut off by the dialect.</param>
internal sealed class TablePreview(ISourceDialect dialect, FeedRequest feed, TimeProvider time, TimeSpan limit)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RowFormat[] _formats =
        [.. feed.Columns.Select(column => RowFormat.For(FormatSpec.Json, [new Column(column.RecordName, SqlType.Parse(column.Type), ColumnRole.Value)]))];

    private int _left = SourcePreview.MaxLength;

    public async Task<SourcePreview> ReadAsync(DbConnection connection, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        await using var command = connection.CreateCommand();
        var columns = string.Join(", ", feed.Columns.Select(column => dialect.Quote(column.Name)));
        command.CommandText = $"SELECT {columns} FROM {dialect.Quote(feed.Table!.Trim())} LIMIT {SourcePreview.MaxRows}";
        await using var result = await dialect.QueryAsync(command, ct);
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<PreviewCell>>();
        string? cut = null;
        while (cut is null && await result.ReadAsync())
        {
            ct.ThrowIfCancellationRequested();
            ImmutableArray<PreviewCell> row = [.. result.Fields.Select((field, at) => Cell(field, result.Reader, at))];
            rows.Add(row);
            cut = _left <= 0 ? "the values are long" : time.GetElapsedTime(started) > limit ? "the table answers slowly" : null;
        }

        return new SourcePreview([.. feed.Columns.Select(column => column.RecordName)], rows.ToImmutable(), rows.Count < SourcePreview.MaxRows ? cut : null);
    }

    private PreviewCell Cell(SourceField field, DbDataReader reader, int at)
    {
        if (_left <= 0)
        {
            return new PreviewCell("…", Problem: "Not read: the values before it are long.");
        }

        object? value;
        try
        {
            value = field.Value(reader, at);
        }
        catch (UnreadableValueException unreadable)
        {
            return new PreviewCell(Cut(unreadable.Value), Problem: unreadable.Message);
        }

        if (value is null)
        {
            return new PreviewCell(null);
        }

        var json = Text(value);
        _left -= json.Length;
        return new PreviewCell(Cut(json), Meaning(field.Form, value), Problem(at, json));
    }

    /// <summary>As the feed's converter writes it: days, milliseconds, exact numbers and bytes in Base64.</summary>
    private static string Text(object value) => value switch
    {
        BigDecimal number => number.ToString(),
        SourceInstant instant => instant.UnixMs.ToString(CultureInfo.InvariantCulture),
        byte[] bytes => JsonSerializer.Serialize(Convert.ToBase64String(bytes), Json),
        _ => JsonSerializer.Serialize(value, Json),
    };

    private static string? Meaning(ValueForm form, object value) => value switch
    {
        SourceInstant instant => instant.ToString(),
        int days when form is ValueForm.Date => SourceInstant.FromUnixMs(days * 86_400_000L).Utc?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        int ms when form is ValueForm.Time => TimeSpan.FromMilliseconds(ms).ToString("c", CultureInfo.InvariantCulture),
        _ => null,
    };

    private string? Problem(int at, string json)
    {
        try
        {
            _formats[at].Read(Encoding.UTF8.GetBytes($"{{{JsonSerializer.Serialize(feed.Columns[at].RecordName, Json)}:{json}}}"));
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    private static string Cut(string text) => text.Length > SourcePreview.MaxCellLength ? text[..SourcePreview.MaxCellLength] + "…" : text;
}
