using System.Globalization;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>Turns projected rows into records of a sink's topic. One thread at a time.</summary>
internal sealed class RowWriter
{
    private readonly DataSource _sink;
    private readonly RowFormat _keys;
    private readonly RowFormat _values;
    private readonly (int From, Func<object, object?>? Cast)[] _keyFrom;
    private readonly (int From, Func<object, object?>? Cast)[] _valueFrom;
    private readonly ScalarBody? _parseTimestamp;
    private readonly int _timestampFrom = -1;

    /// <param name="sink">Where rows go.</param>
    /// <param name="projected">The columns of the rows, in the order of the SELECT; keys and values match the sink's one after the other.</param>
    public RowWriter(DataSource sink, IReadOnlyList<Column> projected)
    {
        _sink = sink;
        _keys = RowFormat.For(sink.KeyFormat, sink.Keys);
        _values = RowFormat.For(sink.ValueFormat, sink.Values);
        _keyFrom = Sources(projected, sink.Keys, c => c.IsKey);
        _valueFrom = Sources(projected, sink.Values, c => !c.IsKey);
        if (sink.Timestamp is { } timestamp)
        {
            _timestampFrom = _valueFrom.Zip(sink.Values).FirstOrDefault(p => p.Second.Name == timestamp.Column, ((-1, null), null!)).First.From;
            _parseTimestamp = timestamp.Format is null
                ? null
                : FunctionCatalogue.Default.Find("STRINGTOTIMESTAMP")!.Resolve([SqlType.String, SqlType.String])!.Bind(FunctionServices.System);
        }
    }

    /// <summary>The record of a projected row; headers travel with it, as they do through Kafka Streams.</summary>
    public Message<byte[]?, byte[]?> Write(object?[] row, long timeMs, bool isTombstone, Headers? headers) => new()
    {
        Key = _keys.Write(Gather(row, _keyFrom)),
        Value = isTombstone ? null : _values.Write(Gather(row, _valueFrom)),
        Timestamp = new Timestamp(isTombstone ? timeMs : TimeOf(row, timeMs), TimestampType.CreateTime),
        Headers = headers,
    };

    private static (int, Func<object, object?>?)[] Sources(IReadOnlyList<Column> projected, IReadOnlyList<Column> sink, Func<Column, bool> which)
    {
        var from = Enumerable.Range(0, projected.Count).Where(i => which(projected[i])).ToArray();
        return [.. sink.Select((c, i) => (from[i], projected[from[i]].Type == c.Type ? null : SqlValueCast.For(projected[from[i]].Type, c.Type)))];
    }

    private static object?[] Gather(object?[] row, (int From, Func<object, object?>? Cast)[] sources)
    {
        var cells = new object?[sources.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = row[sources[i].From];
            cells[i] = cell is null || sources[i].Cast is not { } cast ? cell : cast(cell);
        }

        return cells;
    }

    private long TimeOf(object?[] row, long timeMs) => _timestampFrom < 0
        ? timeMs
        : row[_timestampFrom] switch
        {
            long ms and >= 0 => ms,
            string text when _parseTimestamp is not null && (long)_parseTimestamp([text, _sink.Timestamp!.Format])! is var ms and >= 0 => ms,
            var other => throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"{_sink.Timestamp!.Column}: {other ?? "NULL"} is no time since 1970, and a record has no other")),
        };
}
