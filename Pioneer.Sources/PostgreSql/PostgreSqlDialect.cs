using System.Collections.Immutable;
using System.Data;
using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Pioneer.Sources;

/// <summary>PostgreSQL over Npgsql. The session's time zone is the source's, so that columns without zone compare in it.</summary>
public sealed class PostgreSqlDialect : ISourceDialect
{
    private const int KeepAliveSeconds = 15;

    // Statements, not options of the start-up message, which poolers between refuse. What a role or database sets for itself would change the text that
    // values are read as.
    private const string Settings = "SET default_transaction_read_only = on; SET standard_conforming_strings = on; SET DateStyle = 'ISO'; "
        + "SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1";

    private readonly string _connectionString;
    private readonly TimeZoneInfo _zone;

    /// <param name="connectTimeout">For reaching the server and signing in.</param>
    /// <param name="queryLimit">How long a query may go without giving a row, unless the address sets its own limit.</param>
    public PostgreSqlDialect(
        PostgreSqlAddress address, string? user, string? password, TimeZoneInfo zone, TimeSpan connectTimeout, TimeSpan queryLimit)
    {
        _zone = zone;
        QueryLimit = address.QueryLimit ?? queryLimit;
        Description = $"{address.Description} as {user ?? "(nobody)"}";
        _connectionString = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Database = address.Database,
            Username = user,
            Password = password,
            SslMode = Ssl(address.Tls),
            RootCertificate = address.RootCertificate,
            SearchPath = address.Schema,
            ApplicationName = address.ApplicationName ?? "Pioneer",
            Timezone = zone.HasIanaId ? zone.Id : "UTC",
            Timeout = Math.Max(1, (int)connectTimeout.TotalSeconds),
            CommandTimeout = Math.Max(1, (int)QueryLimit.TotalSeconds),
            KeepAlive = KeepAliveSeconds,
            TcpKeepAlive = true,
            Pooling = false,
        }.ConnectionString;
    }

    /// <summary>How long a query may go without giving a row.</summary>
    public TimeSpan QueryLimit { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var settings = new NpgsqlCommand(Settings, connection);
            await settings.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<SourceInstant> ClockAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT CURRENT_TIMESTAMP";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new SourceInstant(await reader.GetFieldValueAsync<long>(0, cancellationToken));
    }

    /// <inheritdoc/>
    public DbParameter TimeParameter(DbCommand command, string name, SourceInstant at) =>
        new NpgsqlParameter(name, NpgsqlDbType.TimestampTz) { Value = at.Micros };

    /// <inheritdoc/>
    public SourceInstant? Instant(object value) => value as SourceInstant?;

    /// <inheritdoc/>
    public string Quote(string identifier) => SqlNames.QuoteParts(identifier);

    /// <inheritdoc/>
    public async Task<SourceRows> QueryAsync(DbCommand command, CancellationToken cancellationToken)
    {
        // Numbers beyond .NET's decimal, and types that Npgsql has no class for, are asked for as the server's own text.
        ImmutableArray<SourceField> fields;
        await using (var schema = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellationToken))
        {
            fields = [.. (await schema.GetColumnSchemaAsync(cancellationToken)).Select(column => PostgreSqlFields.Of(column, _zone))];
        }

        ((NpgsqlCommand)command).UnknownResultTypeList = [.. fields.Select(PostgreSqlFields.IsReadAsText)];
        var reader = await WithinLimitAsync(() => command.ExecuteReaderAsync(cancellationToken));
        return new SourceRows(reader, _ => fields, () => WithinLimitAsync(() => reader.ReadAsync(cancellationToken)));
    }

    /// <inheritdoc/>
    public SourceFailure? Judge(Exception error) => PostgreSqlFailures.Judge(error);

    // The driver's limit is on each wait for the server, which is what a query without rows is.
    private async Task<T> WithinLimitAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (NpgsqlException error) when (error.InnerException is TimeoutException)
        {
            throw new QueryLimitException(QueryLimit, error);
        }
    }

    private static SslMode Ssl(PostgreSqlTls tls) => tls switch
    {
        PostgreSqlTls.Disable => SslMode.Disable,
        PostgreSqlTls.Allow => SslMode.Allow,
        PostgreSqlTls.Prefer => SslMode.Prefer,
        PostgreSqlTls.Require => SslMode.Require,
        PostgreSqlTls.VerifyCa => SslMode.VerifyCA,
        _ => SslMode.VerifyFull,
    };
}
