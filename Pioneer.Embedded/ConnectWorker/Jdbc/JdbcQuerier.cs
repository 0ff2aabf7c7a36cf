using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using Pioneer.Embedded.Connect.Data;

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

    private readonly HashSet<long> _rowsWithoutTime = [];
    private HashSet<long> _rowsOfBlock = [];
    private JdbcOffset _offset;
    private JdbcOffset _block;
    private string? _position;
    private bool _isRowAhead;
    private DbCommand? _command;
    private DbDataReader? _reader;
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
            _offset = _offset with { Timestamp = DateTime.UnixEpoch.AddMilliseconds(initial) };
        }

        _block = _offset;
    }

    /// <summary>Rows read since the current result was opened.</summary>
    public long RowsOfCycle { get; private set; }

    public bool IsOpen => _reader is not null;

    public string Name => _table ?? "the query";

    /// <summary>Up to <c>batch.max.rows</c> rows; an empty list ends the poll.</summary>
    public async Task<IReadOnlyList<SourceRecord>> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var reader = _reader ??= await ExecuteAsync(connection, cancellationToken);
        var records = new List<SourceRecord>();
        while (await NextAsync(reader, cancellationToken))
        {
            if (records.Count == _settings.BatchMaxRows)
            {
                // whether a block is complete shows in the row after it
                _isRowAhead = true;
                break;
            }

            if (Record(reader) is { } record)
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

        RowsOfCycle += records.Count;
        return records;
    }

    private async Task<bool> NextAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        if (_isRowAhead)
        {
            _isRowAhead = false;
            return true;
        }

        return await reader.ReadAsync(cancellationToken);
    }

    public async ValueTask CloseAsync()
    {
        _isRowAhead = false;
        if (_reader is not null)
        {
            await _reader.DisposeAsync();
            _reader = null;
        }

        if (_command is not null)
        {
            await _command.DisposeAsync();
            _command = null;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<DbDataReader> ExecuteAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        RowsOfCycle = 0;
        _schema = null;
        _command = connection.CreateCommand();
        _command.CommandText = JdbcSql.Build(_settings, _table, _offset);
        if (_settings.UsesTimestamp)
        {
            var now = await _settings.Dialect.CurrentTimeAsync(connection, cancellationToken);
            Bind("end", _settings.Dialect.TimestampParameter(now - _settings.TimestampDelay));
            if (_offset.Timestamp is { } start)
            {
                Bind("start", _settings.Dialect.TimestampParameter(start));
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

        return await _command.ExecuteReaderAsync(cancellationToken);
    }

    private void Bind(string name, object value)
    {
        var parameter = _command!.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        _command.Parameters.Add(parameter);
    }

    /// <summary>The row as a record; null for one that was delivered before.</summary>
    private SourceRecord? Record(DbDataReader reader)
    {
        if (_schema is null || _columns is null)
        {
            _columns = _settings.Dialect.Describe(reader, _settings.NumericMapping);
            _schema = ConnectSchema.StructOf(_table, _columns.Select(column => new ConnectField(column.Name, column.Schema)));
        }

        var values = new object?[_columns.Count];
        for (var at = 0; at < values.Length; at++)
        {
            values[at] = reader.IsDBNull(at) ? null : _columns[at].Read(reader, at);
        }

        var row = new ConnectStruct(_schema, values);
        if (_settings.UsesTimestamp && !IsNew(row))
        {
            return null;
        }

        if (_settings.Mode == JdbcMode.Incrementing)
        {
            (_offset, _position) = (new JdbcOffset(Number(row), null), null);
        }

        return new SourceRecord(
            new SourcePosition(_partition, _settings.Mode == JdbcMode.Bulk ? null : _position ??= _offset.ToJson()),
            _topic,
            null,
            null,
            _schema,
            row);
    }

    /// <summary>Begins a block with the first row of a time, and says whether the row was not delivered before.</summary>
    private bool IsNew(ConnectStruct row)
    {
        var fingerprint = Fingerprint(row);
        var time = _settings.TimestampColumns.Select(column => row.Values[Locate(row, column)]).OfType<DateTime>().Cast<DateTime?>().FirstOrDefault();
        if (time is null)
        {
            return _rowsWithoutTime.Add(fingerprint);
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

        if (_settings.UsesIncrementing)
        {
            _block = _block with { Incrementing = Math.Max(_block.Incrementing ?? long.MinValue, Number(row)) };
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
    private JdbcOffset Reached() => _reader is null || _block.Timestamp is null ? _offset
        : _rowsOfBlock.Count <= JdbcOffset.MaxRowsWritten ? _block with { RowsAtTimestamp = _rowsOfBlock }
        : _settings.UsesIncrementing ? _block with { RowsAtTimestamp = FrozenSet<long>.Empty }
        : _offset;

    private long Number(ConnectStruct row) =>
        Convert.ToInt64(row.Values[Locate(row, _settings.IncrementingColumn!)], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The same for the same values in every process.</summary>
    private static long Fingerprint(ConnectStruct row) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(row.Values)));

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
