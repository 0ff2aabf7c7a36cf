using System.Data.Common;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// Reads one table or the query, batch by batch, keeping one result open until it is exhausted: all rows of a poll belong to one snapshot
/// of the source where the database has such (SQLite in WAL mode, a statement in PostgreSQL).
/// </summary>
internal sealed class JdbcQuerier : IAsyncDisposable
{
    private readonly JdbcSourceSettings _settings;
    private readonly string _topic;
    private readonly string? _table;
    private readonly string _partition;
    private JdbcOffset _offset;
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
        while (records.Count < _settings.BatchMaxRows)
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                await CloseAsync();
                break;
            }

            records.Add(Record(reader));
        }

        RowsOfCycle += records.Count;
        return records;
    }

    public async ValueTask CloseAsync()
    {
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
        _command.CommandText = JdbcSql.Build(_settings, _table);
        if (_settings.UsesTimestamp)
        {
            var now = await _settings.Dialect.CurrentTimeAsync(connection, cancellationToken);
            Bind("end", _settings.Dialect.TimestampParameter(now - _settings.TimestampDelay));
            Bind("start", _settings.Dialect.TimestampParameter(_offset.Timestamp ?? DateTime.UnixEpoch));
        }

        if (_settings.UsesIncrementing)
        {
            Bind("last", _offset.Incrementing ?? -1L);
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

    private SourceRecord Record(DbDataReader reader)
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
        if (_settings.Mode != JdbcMode.Bulk)
        {
            _offset = Advance(row);
        }

        return new SourceRecord(
            new SourcePosition(_partition, _settings.Mode == JdbcMode.Bulk ? null : _offset.ToJson()),
            _topic,
            null,
            null,
            _schema,
            row);
    }

    private JdbcOffset Advance(ConnectStruct row) => new(
        _settings.UsesIncrementing
            ? Convert.ToInt64(row.Values[Locate(row, _settings.IncrementingColumn!)], System.Globalization.CultureInfo.InvariantCulture)
            : null,
        _settings.UsesTimestamp
            ? _settings.TimestampColumns.Select(column => row.Values[Locate(row, column)]).OfType<DateTime>().Cast<DateTime?>().FirstOrDefault()
                ?? throw new ConnectDataException(
                    $"The columns {string.Join(", ", _settings.TimestampColumns)} of {Name} hold no timestamp: {row}")
            : null);

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
