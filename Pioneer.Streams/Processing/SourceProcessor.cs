using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>Takes records of a topic.</summary>
internal abstract class RecordReader
{
    /// <summary>Reads a record and sends on what it says; a record that can't be read is left out, and the log is told.</summary>
    /// <exception cref="StreamTaskException">The record stops the query.</exception>
    public abstract void Read(SourceRecord record);
}

/// <summary>
/// Reads a stream or a table: rows as plans lay them out (the declared columns, the pseudo columns, the bounds of the window).
/// </summary>
internal sealed class SourceProcessor : RecordReader
{
    private readonly ImmutableArray<Column> _columns;
    private readonly KeyCodec _keys;
    private readonly RowFormat _values;
    private readonly int[] _keyAt;
    private readonly int[] _valueAt;
    private readonly int[] _headerAt;
    private readonly bool _isWindowed;
    private readonly TimestampReader? _time;
    private readonly bool _throwOnInvalidTime;
    private readonly string _topic;
    private readonly IProcessingLog _log;
    private readonly Processor _next;

    public SourceProcessor(ScanNode scan, bool throwOnInvalidTime, IProcessingLog log, Processor next)
    {
        var relation = scan.Source.Relation;
        _columns = relation.Schema.Columns;
        _topic = relation.Topic;
        _isWindowed = relation.Window is not null;
        _keyAt = Positions(c => c.IsKey);
        _valueAt = Positions(c => c.Role == ColumnRole.Value);
        _headerAt = Positions(c => c.Role == ColumnRole.Headers);
        _keys = new KeyCodec(relation.KeyFormat, [.. relation.Schema.Keys], relation.Window);
        _values = RowFormat.For(relation.ValueFormat, [.. relation.Schema.Values]);
        _time = TimestampReader.For(relation.Timestamp, _columns);
        (_throwOnInvalidTime, _log, _next) = (throwOnInvalidTime, log, next);
    }

    public override void Read(SourceRecord record)
    {
        if (!TryRead(record, out var key, out var row) || !TryTime(record, row, out var timeMs))
        {
            return;
        }

        if (row is not null)
        {
            Complete(row, key, record, timeMs);
        }

        _next.Process(new RowEvent(key, row, timeMs, record.Headers));
    }

    private bool TryRead(SourceRecord record, out RowKey? key, out object?[]? row)
    {
        (key, row) = (null, null);
        try
        {
            key = _keys.Read(record.Key);
            if (_values.Read(record.Value) is { } values)
            {
                row = new object?[_columns.Length + PseudoColumns.OfSource.Length + (_isWindowed ? PseudoColumns.OfWindow.Length : 0)];
                Scatter(values, _valueAt, row);
                Scatter(key?.Cells, _keyAt, row);
            }

            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.Failed(_topic, $"Deserialization failed: {e.Message}");
            return false;
        }
    }

    private bool TryTime(SourceRecord record, object?[]? row, out long timeMs)
    {
        timeMs = record.TimeMs;
        if (_time is null || row is null)
        {
            if (timeMs < 0)
            {
                _log.Failed(_topic, "The record has no time.");
            }

            return timeMs >= 0;
        }

        if (_time.TryRead(row, out timeMs, out var problem))
        {
            return true;
        }

        _log.Failed(_topic, problem);
        return !_throwOnInvalidTime
            ? false
            : throw new StreamTaskException($"Fatal user code error in TimestampExtractor callback for record {_topic}: {problem}");
    }

    private void Complete(object?[] row, RowKey? key, SourceRecord record, long timeMs)
    {
        foreach (var at in _headerAt)
        {
            row[at] = Header(_columns[at].HeaderKey, record.Headers);
        }

        var next = _columns.Length;
        row[next++] = timeMs;
        row[next++] = record.Partition;
        row[next++] = record.Offset;
        if (_isWindowed && key?.Window is { } window)
        {
            row[next++] = window.StartMs;
            row[next] = window.EndMs;
        }
    }

    // All headers, or the last of a name.
    private static object? Header(string? name, ImmutableArray<RecordHeader> headers) => name is null
        ? headers.Select(h => (object?)new object?[] { h.Key, h.Value }).ToArray()
        : headers.LastOrDefault(h => h.Key == name)?.Value;

    private int[] Positions(Func<Column, bool> which) => [.. Enumerable.Range(0, _columns.Length).Where(i => which(_columns[i]))];

    private static void Scatter(object?[]? cells, int[] positions, object?[] row)
    {
        for (var i = 0; cells is not null && i < positions.Length; i++)
        {
            row[positions[i]] = cells[i];
        }
    }
}
