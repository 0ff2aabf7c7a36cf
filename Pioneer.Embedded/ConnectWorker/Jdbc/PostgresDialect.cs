using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>PostgreSQL over Npgsql. The session's time zone is <c>db.timezone</c>, so that columns without zone compare in it.</summary>
internal sealed class PostgresDialect(string connectionString, TimeZoneInfo zone) : IJdbcDialect
{
    /// <summary>Scale the real connector gives to NUMERIC columns declared without one.</summary>
    private const int UnsetScale = 127;

    public string Description { get; } = Describe(connectionString);

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SET default_transaction_read_only = on", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<DateTime> CurrentTimeAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT CURRENT_TIMESTAMP";
        var now = await command.ExecuteScalarAsync(cancellationToken);
        return ((DateTime)(now ?? throw new InvalidOperationException("PostgreSQL told no time"))).ToUniversalTime();
    }

    public object TimestampParameter(DateTime utc) => DateTime.SpecifyKind(utc, DateTimeKind.Utc);

    public string Quote(string identifier) =>
        string.Join('.', identifier.Split('.').Select(part => $"\"{part.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    public IReadOnlyList<JdbcColumn> Describe(DbDataReader reader, NumericMapping mapping) =>
        [.. reader.GetColumnSchema().Select(column => Column(column, mapping))];

    public bool IsTransient(Exception error) => error switch
    {
        // 57P0x: the server shuts down or starts up; 53: out of resources; 40: deadlock or serialisation; 08: connection.
        PostgresException { SqlState: var state } => state.StartsWith("57P0", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("40", StringComparison.Ordinal)
            || state.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    private JdbcColumn Column(DbColumn column, NumericMapping mapping)
    {
        var name = column.ColumnName;
        var type = (column.DataTypeName ?? "").Split('(')[0];
        return type switch
        {
            "boolean" => Plain(name, SchemaType.Boolean, (reader, at) => reader.GetBoolean(at)),
            "smallint" => Plain(name, SchemaType.Int16, (reader, at) => reader.GetInt16(at)),
            "integer" => Plain(name, SchemaType.Int32, (reader, at) => reader.GetInt32(at)),
            "bigint" or "oid" => Plain(name, SchemaType.Int64, (reader, at) => reader.GetInt64(at)),
            "real" => Plain(name, SchemaType.Float32, (reader, at) => reader.GetFloat(at)),
            "double precision" => Plain(name, SchemaType.Float64, (reader, at) => reader.GetDouble(at)),
            "numeric" when column.NumericPrecision is { } precision =>
                NumericColumns.Map(name, precision, column.NumericScale ?? 0, mapping, (reader, at) => reader.GetDecimal(at)),
            "numeric" => new JdbcColumn(name, ConnectSchema.Decimal(UnsetScale, true), (reader, at) => reader.GetDecimal(at)),
            "bytea" => Plain(name, SchemaType.Bytes, (reader, at) => reader.GetFieldValue<byte[]>(at)),
            "date" => new JdbcColumn(name, ConnectSchema.Date(true), (reader, at) => reader.GetFieldValue<DateOnly>(at)),
            "time without time zone" => new JdbcColumn(name, ConnectSchema.Time(true), (reader, at) => reader.GetFieldValue<TimeOnly>(at)),
            "timestamp without time zone" => new JdbcColumn(
                name,
                ConnectSchema.Timestamp(true),
                (reader, at) => TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(reader.GetDateTime(at), DateTimeKind.Unspecified), zone)),
            "timestamp with time zone" => new JdbcColumn(
                name,
                ConnectSchema.Timestamp(true),
                (reader, at) => reader.GetDateTime(at).ToUniversalTime()),
            _ => Plain(name, SchemaType.String, (reader, at) => Text(reader.GetValue(at))),
        };
    }

    private static JdbcColumn Plain(string name, SchemaType type, Func<DbDataReader, int, object> read) =>
        new(name, ConnectSchema.Of(type, optional: true), read);

    private static string Text(object value) => value switch
    {
        string text => text,
        IEnumerable list => $"{{{string.Join(',', list.Cast<object?>().Select(item => item is null ? "NULL" : Text(item)))}}}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Describe(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        return $"PostgreSQL {builder.Host}:{builder.Port}/{builder.Database} as {builder.Username}";
    }
}
