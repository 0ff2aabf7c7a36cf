using System.Data.Common;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// Reads one table or the query, batch by batch, keeping one result open until it is exhausted: all rows of a poll belong to one snapshot
/// of the source where the database has such (SQLite in WAL mode, a statement in PostgreSQL). Which rows are new, and what is kept as the position, is for
/// <see cref="JdbcProgress"/> to say.
/// </summary>
internal sealed class JdbcQuerier : IAsyncDisposable
{
    private readonly JdbcSourceSettings _settings;
    private readonly string _topic;
    private readonly string? _table;
    private readonly string _partition;
    private readonly JdbcProgress _progress;
    private string? _position;
    private JdbcOffset _newest;
    private bool _isRowAhead;
    private DbCommand? _command;
    private SourceRows? _rows;
    private IReadOnlyList<JdbcColumn>? _columns;
    private ConnectSchema? _schema;

    public JdbcQuerier(JdbcSourceSettings settings, string? table, string partition, JdbcOffset offset, TimeProvider time)
    {
        _settings = settings;
        _table = table;
        _partition = partition;
        _topic = settings.TopicPrefix + table;
        _progress = JdbcProgress.Of(settings, offset, time);
        _newest = _progress.Newest;
        ReadUpTo = new SourcePosition(partition, settings.Mode is JdbcMode.Bulk ? null : _newest.ToJson());
        _position = settings.Mode is JdbcMode.Bulk ? null : _progress.Offset.ToJson();
    }

    /// <summary>How far rows were read, known ones included, in the form of a position.</summary>
    public SourcePosition ReadUpTo { get; private set; }

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
            _progress.Complete();
        }

        if (records.Count > 0)
        {
            // the others of the batch keep the position before it: a batch is written as one
            _position = _progress.Reached;
            records[^1] = records[^1] with { Position = new SourcePosition(_partition, _position) };
        }

        if (_progress.Newest is var newest && newest != _newest)
        {
            _newest = newest;
            ReadUpTo = new SourcePosition(_partition, newest.ToJson());
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
        var offset = _progress.Offset;
        SourceInstant? end = null;
        _command.CommandText = JdbcSql.Build(_settings, _table, offset);
        if (_settings.UsesTimestamp)
        {
            end = await _settings.Dialect.ClockAsync(connection, cancellationToken) - _settings.TimestampDelay;
            _command.Parameters.Add(_settings.Dialect.TimeParameter(_command, "end", end.Value));
            if (offset.Timestamp is { } start)
            {
                _command.Parameters.Add(_settings.Dialect.TimeParameter(_command, "start", start));
            }

            if (_settings.UsesIncrementing && offset is { Incrementing: { } id, RowsAtTimestamp.Count: 0 })
            {
                Bind("last", id);
            }
        }
        else if (_settings.UsesIncrementing && offset.ReadsAfter is { } last)
        {
            Bind("last", last);
        }

        _progress.Begin(end);
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
    private SourceRecord? Record(ConnectStruct row, string? unreadable) => _progress.Take(row)
        ? new SourceRecord(new SourcePosition(_partition, _position), _topic, null, null, row.Schema, row, Unreadable: unreadable)
        : null;
}
