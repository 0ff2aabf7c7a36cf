using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Pioneer.Sources;

/// <summary>
/// SQLite as the Xerial JDBC driver shows it. Times that are polled are epoch milliseconds (<c>date_class=INTEGER</c>, the driver's default) or texts of
/// one form that the address names.
/// </summary>
public sealed class SqliteDialect : ISourceDialect
{
    private readonly string _connectionString;
    private readonly SqliteAddress _address;
    private readonly TimeZoneInfo _zone;
    private readonly TimeSpan _queryLimit;
    private readonly TimeProvider _time;

    /// <param name="busyPatience">How long a writer that holds the file is waited for.</param>
    /// <param name="queryLimit">How long a query may go without giving a row.</param>
    public SqliteDialect(SqliteAddress address, TimeZoneInfo zone, TimeSpan busyPatience, TimeSpan queryLimit, TimeProvider time)
    {
        _address = address;
        _zone = zone;
        _queryLimit = queryLimit;
        _time = time;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = address.File,
            // ReadWrite, not ReadOnly: a WAL database left by a killed writer is recovered by its first reader, who must be able to write.
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)busyPatience.TotalSeconds),
        }.ConnectionString;
    }

    /// <inheritdoc/>
    public string Description => _address.Description;

    /// <inheritdoc/>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var pragma = connection.CreateCommand();
            pragma.CommandText = "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF";
            await pragma.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>SQLite has no server: its clock is the machine's.</summary>
    public Task<SourceInstant> ClockAsync(DbConnection connection, CancellationToken cancellationToken) =>
        Task.FromResult(SourceInstant.FromUtc(_time.GetUtcNow().UtcDateTime));

    /// <inheritdoc/>
    public DbParameter TimeParameter(DbCommand command, string name, SourceInstant at) => new SqliteParameter(name, Bound(at));

    /// <summary>Of an expression, such as the largest time of many, the type is not known: its number or text is read as the column's.</summary>
    public SourceInstant? Instant(object value) => value as SourceInstant? ?? SqliteTimes.Find(value, _zone);

    /// <summary>SQLite's names have no schema: a dot is part of the name.</summary>
    public string Quote(string identifier) => SqlNames.Quote(identifier);

    /// <inheritdoc/>
    public async Task<SourceRows> QueryAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var limit = new SqliteStepLimit(((SqliteConnection)command.Connection!).Handle!, _queryLimit, _time, cancellationToken);
        try
        {
            var reader = await limit.WatchAsync(() => command.ExecuteReaderAsync(cancellationToken));
            return new SourceRows(
                reader, row => SqliteFields.Describe(row, _zone), () => limit.WatchAsync(() => reader.ReadAsync(cancellationToken)), limit);
        }
        catch
        {
            limit.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceFailure? Judge(Exception error) => SqliteFailures.Judge(error);

    // Texts sort as times do because every one has the same width; a time outside of .NET's years is past either end of them.
    private object Bound(SourceInstant at) => _address.TimeFormat is not { } format
        ? at.UnixMs
        : (format.IsUtc ? at.Utc : SourceZone.ToLocal(at, _zone)) is { } clock ? format.Text(clock) : at < SourceInstant.FromUnixMs(0) ? "" : "~";
}
