using System.Globalization;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Rows;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// Turns records of a source's topic into rows as the analyzer lays them out: the source's columns, then ROWTIME, ROWPARTITION,
/// ROWOFFSET, and the bounds of the window where keys carry one. One thread at a time.
/// </summary>
internal sealed class RowReader
{
    private const int PseudoColumnCount = 3;
    private readonly DataSource _source;
    private readonly KeyCodec _keys;
    private readonly RowFormat _values;
    private readonly int[] _keyAt;
    private readonly int[] _valueAt;
    private readonly int _timestampAt;
    private readonly ScalarBody? _parseTimestamp;

    public RowReader(DataSource source)
    {
        _source = source;
        _keys = new KeyCodec(source.KeyFormat, source.Keys, source.Window);
        _values = RowFormat.For(source.ValueFormat, source.Values);
        _keyAt = Positions(c => c.IsKey);
        _valueAt = Positions(c => c.Role == ColumnRole.Value);
        _timestampAt = source.Timestamp is null ? -1 : source.Schema.Columns.IndexOf(source.Schema.Find(source.Timestamp.Column)!);
        _parseTimestamp = source.Timestamp?.Format is null
            ? null
            : FunctionCatalogue.Default.Find("STRINGTOTIMESTAMP")!.Resolve([SqlType.String, SqlType.String])!.Bind(FunctionServices.System);
    }

    /// <summary>The row of a record.</summary>
    /// <exception cref="FormatException">Key or value is not what the columns say.</exception>
    public SourceRow Read(ConsumeResult<byte[]?, byte[]?> record)
    {
        var columns = _source.Schema.Columns.Length;
        var row = new object?[columns + PseudoColumnCount + (_source.Window is null ? 0 : PseudoColumns.OfWindow.Length)];
        var key = _keys.Read(record.Message.Key);
        Scatter(key?.Cells, _keyAt, row);
        var values = _values.Read(record.Message.Value);
        Scatter(values, _valueAt, row);
        ReadHeaders(record.Message.Headers, row);
        var time = TimeOf(record, row);
        row[columns] = time;
        row[columns + 1] = record.Partition.Value;
        row[columns + 2] = record.Offset.Value;
        if (key?.Window is { } window)
        {
            row[columns + PseudoColumnCount] = window.StartMs;
            row[columns + PseudoColumnCount + 1] = window.EndMs;
        }

        return new SourceRow(row, time, values is null);
    }

    private int[] Positions(Func<Column, bool> which) =>
        [.. Enumerable.Range(0, _source.Schema.Columns.Length).Where(i => which(_source.Schema.Columns[i]))];

    private static void Scatter(object?[]? cells, int[] positions, object?[] row)
    {
        for (var i = 0; cells is not null && i < positions.Length; i++)
        {
            row[positions[i]] = cells[i];
        }
    }

    private void ReadHeaders(Headers? headers, object?[] row)
    {
        for (var i = 0; i < _source.Schema.Columns.Length; i++)
        {
            var column = _source.Schema.Columns[i];
            if (column.Role != ColumnRole.Headers || headers is null)
            {
                continue;
            }

            row[i] = column.HeaderKey is { } key
                ? headers.TryGetLastBytes(key, out var last) ? last : null
                : headers.Select(h => (object?)new object?[] { h.Key, h.GetValueBytes() }).ToArray();
        }
    }

    private long TimeOf(ConsumeResult<byte[]?, byte[]?> record, object?[] row)
    {
        if (_timestampAt < 0)
        {
            return record.Message.Timestamp.UnixTimestampMs;
        }

        return row[_timestampAt] switch
        {
            long ms and >= 0 => ms,
            string text when _parseTimestamp is not null && (long)_parseTimestamp([text, _source.Timestamp!.Format])! is var ms and >= 0 => ms,
            var other => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{_source.Timestamp!.Column}: {other ?? "NULL"} is no time since 1970, and a record has no other")),
        };
    }
}

/// <summary>A row with its time; <paramref name="IsTombstone"/> when the record had no value.</summary>
internal readonly record struct SourceRow(object?[] Cells, long TimeMs, bool IsTombstone);
