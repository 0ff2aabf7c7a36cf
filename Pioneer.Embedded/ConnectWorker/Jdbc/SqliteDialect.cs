using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Pioneer.Embedded.Connect.Data;
using SQLitePCL;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// SQLite as the Xerial JDBC driver shows it: a column's type is the declared one; TIMESTAMP and DATE columns hold epoch milliseconds
/// (<c>date_class=INTEGER</c>, the driver's default) or, with <c>?date_class=TEXT</c> in the URL, ISO text in <c>db.timezone</c>.
/// </summary>
internal sealed class SqliteDialect(string connectionString, bool timesAsText, TimeZoneInfo zone, TimeProvider time) : IJdbcDialect
{
    private const string TextFormat = "yyyy-MM-dd HH:mm:ss.fff";

    public string Description { get; } = "SQLite " + new SqliteConnectionStringBuilder(connectionString).DataSource;

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var pragma = connection.CreateCommand();
            pragma.CommandText = "PRAGMA query_only=ON";
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
    public Task<DateTime> CurrentTimeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        Task.FromResult(time.GetUtcNow().UtcDateTime);

    public object TimestampParameter(DateTime utc) => timesAsText
        ? TimeZoneInfo.ConvertTimeFromUtc(utc, zone).ToString(TextFormat, CultureInfo.InvariantCulture)
        : (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;

    public string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public IReadOnlyList<JdbcColumn> Describe(DbDataReader reader, NumericMapping mapping)
    {
        var statement = ((SqliteDataReader)reader).Handle;
        var columns = new List<JdbcColumn>(reader.FieldCount);
        for (var at = 0; at < reader.FieldCount; at++)
        {
            var declared = raw.sqlite3_column_decltype(statement, at).utf8_to_string() ?? "";
            columns.Add(declared.Length == 0
                ? Expression(reader.GetName(at), raw.sqlite3_column_type(statement, at))
                : Column(reader.GetName(at), declared, mapping));
        }

        return columns;
    }

    public bool IsTransient(Exception error) => error is SqliteException
    {
        SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL
            or raw.SQLITE_SCHEMA or raw.SQLITE_INTERRUPT,
    };

    private JdbcColumn Column(string name, string declared, NumericMapping mapping)
    {
        var (type, precision, scale) = SplitType(declared);
        return type switch
        {
            "DECIMAL" or "NUMERIC" => NumericColumns.Map(name, precision, scale, mapping, ReadDecimal),
            "BOOLEAN" or "BOOL" => Plain(name, SchemaType.Boolean, (reader, at) => reader.GetInt64(at) != 0),
            "TIMESTAMP" or "DATETIME" => new JdbcColumn(name, ConnectSchema.Timestamp(true), (reader, at) => ReadTime(reader, at)),
            "DATE" => new JdbcColumn(name, ConnectSchema.Date(true), (reader, at) => DateOnly.FromDateTime(ReadTime(reader, at))),
            "BLOB" => Plain(name, SchemaType.Bytes, (reader, at) => reader.GetFieldValue<byte[]>(at)),
            _ when type.Contains("INT", StringComparison.Ordinal) => Plain(name, SchemaType.Int64, (reader, at) => reader.GetInt64(at)),
            _ when type.Contains("REAL", StringComparison.Ordinal) || type.Contains("FLOA", StringComparison.Ordinal)
                || type.Contains("DOUB", StringComparison.Ordinal) => Plain(name, SchemaType.Float64, (reader, at) => reader.GetDouble(at)),
            _ => Plain(name, SchemaType.String, (reader, at) => reader.GetString(at)),
        };
    }

    /// <summary>An expression has no declared type; as in the JDBC driver the first row's value decides.</summary>
    private static JdbcColumn Expression(string name, int storageClass) => storageClass switch
    {
        raw.SQLITE_INTEGER => Plain(name, SchemaType.Int64, (reader, at) => reader.GetInt64(at)),
        raw.SQLITE_FLOAT => Plain(name, SchemaType.Float64, (reader, at) => reader.GetDouble(at)),
        raw.SQLITE_BLOB => Plain(name, SchemaType.Bytes, (reader, at) => reader.GetFieldValue<byte[]>(at)),
        _ => Plain(name, SchemaType.String, (reader, at) => reader.GetString(at)),
    };

    private static JdbcColumn Plain(string name, SchemaType type, Func<DbDataReader, int, object> read) =>
        new(name, ConnectSchema.Of(type, optional: true), read);

    private static decimal ReadDecimal(DbDataReader reader, int at) => reader.GetValue(at) switch
    {
        long number => number,
        double number => (decimal)number,
        string text => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture),
        var other => throw new ConnectDataException($"'{other}' in column {reader.GetName(at)} is no number"),
    };

    private DateTime ReadTime(DbDataReader reader, int at) => reader.GetValue(at) switch
    {
        long milliseconds => DateTime.UnixEpoch.AddMilliseconds(milliseconds),
        string text when DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) =>
            local.Kind == DateTimeKind.Unspecified ? TimeZoneInfo.ConvertTimeToUtc(local, zone) : local.ToUniversalTime(),
        var other => throw new ConnectDataException($"'{other}' in column {reader.GetName(at)} is no time"),
    };

    private static (string Type, int Precision, int Scale) SplitType(string declared)
    {
        var upper = declared.Trim().ToUpperInvariant();
        var open = upper.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return (upper, 0, 0);
        }

        var numbers = upper[(open + 1)..].TrimEnd(')', ' ').Split(',', StringSplitOptions.TrimEntries);
        _ = int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var precision);
        var scale = numbers.Length > 1 && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : 0;
        return (upper[..open].TrimEnd(), precision, scale);
    }
}
