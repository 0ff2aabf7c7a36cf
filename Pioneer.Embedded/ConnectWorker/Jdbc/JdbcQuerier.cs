using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Ksql.Types;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// Reads one table or the query, batch by batch, keeping one result open until it is exhausted: all rows of a poll belong to one snapshot
/// of the source where the database has such (SQLite in WAL mode, a statement in PostgreSQL). A position inside of a block of rows of one time names
/// those that were handed out; where they are too many to name, it is the position before the block, so that whoever stops there reads it again.
/// </summary>
internal sealed class JdbcQuerier : IAsyncDisposable
{
    private readonly JdbcSourceSettings _settings;
    private readonly string _topic;
    private readonly string? _table;
    private readonly string _partition;
    /// <summary>A larger block is not read again: it would cost more each poll than what may come late is worth.</summary>
    private const int MaxRowsReread = 10_000;

    private readonly HashSet<long> _rowsWithoutPosition = [];
    private HashSet<long> _rowsOfBlock = [];
    private JdbcOffset _offset;
    private JdbcOffset _block;
    private string? _position;
    private bool _isRowAhead;
    private DbCommand? _command;
    private SourceRows? _rows;
    private IReadOnlyList<JdbcColumn>? _columns;
    private ConnectSchema? _schema;

    public JdbcQuerier(JdbcSourceSettings settings, string? table, string partition, JdbcOffset offset)
    {
        _settings = settings;
        _table = table;
        _partition = partition;
        _offset = offset;
        _topic = settings.TopicPrefix + table;
        if (_offset.Timestamp is null && settings is { UsesTimestamp: true, TimestampInitialMs: { } initial })
        {
            _offset = _offset with { Timestamp = SourceInstant.FromUnixMs(initial) };
        }

        _block = _offset;
    }

    /// <summary>Sound rows read since the current result was opened.</summary>
    public long RowsOfCycle { get; private set; }

    public bool IsOpen => _rows is not null;

    public string Name => _table ?? "the query";

    /// <summary>
    /// Up to <c>batch.max.rows</c> rows; an empty list ends the poll. A row that cannot be read begins a batch, so that those before it have a position
    /// of their own, whatever becomes of it.
    /// </summary>
    public async Task<IReadOnlyList<SourceRecord>> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var rows = _rows ??= await ExecuteAsync(connection, cancellationToken);
        var records = new List<SourceRecord>();
        while (await NextAsync(rows))
        {
            if (records.Count == _settings.BatchMaxRows)
            {
                // whether a block is complete shows in the row after it
                _isRowAhead = true;
                break;
            }

            var (row, unreadable) = Read(rows);
            if (unreadable is not null && records.Count > 0)
            {
                _isRowAhead = true;
                break;
            }

            if (Record(row, unreadable) is { } record)
            {
                records.Add(record);
            }
        }

        if (!_isRowAhead)
        {
            await CloseAsync();
            CompleteBlock();
        }

        if (records.Count > 0 && _settings.UsesTimestamp)
        {
            records[^1] = records[^1] with { Position = new SourcePosition(_partition, Reached().ToJson()) };
        }

        RowsOfCycle += records.Count(record => record.Unreadable is null);
        return records;
    }

    private async Task<bool> NextAsync(SourceRows rows)
    {
        if (_isRowAhead)
        {
            _isRowAhead = false;
            return true;
        }

        return await rows.ReadAsync();
    }

    public async ValueTask CloseAsync()
    {
        _isRowAhead = false;
        if (_rows is not null)
        {
            await _rows.DisposeAsync();
            _rows = null;
        }

        if (_command is not null)
        {
            await _command.DisposeAsync();
            _command = null;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<SourceRows> ExecuteAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        RowsOfCycle = 0;
        _schema = null;
        _command = connection.CreateCommand();
        _command.CommandText = JdbcSql.Build(_settings, _table, _offset);
        if (_settings.UsesTimestamp)
        {
            var now = await _settings.Dialect.ClockAsync(connection, cancellationToken);
            _command.Parameters.Add(_settings.Dialect.TimeParameter(_command, "end", now - _settings.TimestampDelay));
            if (_offset.Timestamp is { } start)
            {
                _command.Parameters.Add(_settings.Dialect.TimeParameter(_command, "start", start));
            }

            if (_settings.UsesIncrementing && _offset is { Incrementing: { } id, RowsAtTimestamp.Count: 0 })
            {
                Bind("last", id);
            }

            (_block, _rowsOfBlock) = (_offset, [.. _offset.RowsAtTimestamp]);
        }
        else if (_settings.UsesIncrementing && _offset.Incrementing is { } last)
        {
            Bind("last", last);
        }

        return await _settings.Dialect.QueryAsync(_command, cancellationToken);
    }

    private void Bind(string name, object value)
    {
        var parameter = _command!.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        _command.Parameters.Add(parameter);
    }

    /// <summary>The row, and why it is no sound one.</summary>
    private (ConnectStruct Row, string? Unreadable) Read(SourceRows rows)
    {
        if (_schema is null || _columns is null)
        {
            _columns = [.. rows.Fields.Select(field => JdbcColumn.Of(field, _settings.NumericMapping))];
            _schema = ConnectSchema.StructOf(_table, _columns.Select(column => new ConnectField(column.Name, column.Schema)));
        }

        string? unreadable = null;
        var values = new object?[_columns.Count];
        for (var at = 0; at < values.Length; at++)
        {
            try
            {
                values[at] = _columns[at].Read(rows.Reader, at);
            }
            catch (UnreadableValueException error)
            {
                values[at] = new UnreadableCell(error.Value);
                unreadable ??= _columns[at].SourceType.Length == 0 ? error.Message : $"{error.Message} The column is declared {_columns[at].SourceType}.";
            }
        }

        return (new ConnectStruct(_schema, values), unreadable);
    }

    /// <summary>The row as a record; null for one that was handed out before.</summary>
    private SourceRecord? Record(ConnectStruct row, string? unreadable)
    {
        if ((_settings.UsesTimestamp && !IsNew(row)) || (_settings.Mode == JdbcMode.Incrementing && !Advances(row)))
        {
            return null;
        }

        return new SourceRecord(
            new SourcePosition(_partition, _settings.Mode == JdbcMode.Bulk ? null : _position ??= _offset.ToJson()),
            _topic,
            null,
            null,
            row.Schema,
            row,
            Unreadable: unreadable);
    }

    /// <summary>Goes to the row's number. A row without one moves nothing, comes again with every poll, and is handed out once.</summary>
    private bool Advances(ConnectStruct row)
    {
        if (Number(row) is not { } number)
        {
            return _rowsWithoutPosition.Add(RowFingerprint.Of(row));
        }

        (_offset, _position) = (new JdbcOffset(number, null), null);
        return true;
    }

    /// <summary>Begins a block with the first row of a time, and says whether the row was not delivered before.</summary>
    private bool IsNew(ConnectStruct row)
    {
        var fingerprint = RowFingerprint.Of(row);
        var time = _settings.TimestampColumns.Select(column => row.Values[Locate(row, column)]).OfType<object>()
            .Select(_settings.Dialect.Instant).FirstOrDefault(found => found is not null);
        if (time is null)
        {
            return _rowsWithoutPosition.Add(fingerprint);
        }

        if (_block.Timestamp != time)
        {
            CompleteBlock();
            (_block, _rowsOfBlock) = (new JdbcOffset(null, time), []);
        }

        if (!_rowsOfBlock.Add(fingerprint))
        {
            return false;
        }

        if (_settings.UsesIncrementing && Number(row) is { } number)
        {
            _block = _block with { Incrementing = Math.Max(_block.Incrementing ?? long.MinValue, number) };
        }

        return true;
    }

    private void CompleteBlock()
    {
        if (_settings.UsesTimestamp && _block.Timestamp is not null)
        {
            _position = null;
            _offset = _block with { RowsAtTimestamp = _rowsOfBlock.Count <= MaxRowsReread ? _rowsOfBlock : [] };
        }
    }

    /// <summary>How far one is after the last row: as exact as can be written down, and never beyond a row that was not handed out.</summary>
    private JdbcOffset Reached() => _rows is null || _block.Timestamp is null ? _offset
        : _rowsOfBlock.Count <= JdbcOffset.MaxRowsWritten ? _block with { RowsAtTimestamp = _rowsOfBlock }
        : _settings.UsesIncrementing ? _block with { RowsAtTimestamp = FrozenSet<long>.Empty }
        : _offset;

    /// <summary>The number that rows are counted by; null for a row that has none.</summary>
    private long? Number(ConnectStruct row) => row.Values[Locate(row, _settings.IncrementingColumn!)] switch
    {
        long number => number,
        int number => number,
        short number => number,
        BigDecimal number when number == number.Truncate() && number >= long.MinValue && number <= long.MaxValue => number.ToLong(),
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>Databases fold the case of names differently; the configured column is found in any case.</summary>
    private static int Locate(ConnectStruct row, string column)
    {
        var at = row.Schema.IndexOf(column);
        for (var index = 0; at < 0 && index < row.Schema.Fields.Length; index++)
        {
            at = row.Schema.Fields[index].Name.Equals(column, StringComparison.OrdinalIgnoreCase) ? index : -1;
        }

        return at >= 0 ? at : row.Locate(column);
    }
}
