using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pioneer.Sources;

/// <summary>Judges SQLite's result codes.</summary>
internal static class SqliteFailures
{
    public static SourceFailure? Judge(Exception error) => error switch
    {
        SqliteException failure => Of(failure),
        IOException or UnauthorizedAccessException => new SourceFailure(
            SourceFailureKind.Unreachable, null, "java.sql.SQLTransientConnectionException", error.Message),
        QueryLimitException => new SourceFailure(SourceFailureKind.TimeLimit, null, QueryLimitException.JavaName, error.Message),
        _ => null,
    };

    private static SourceFailure Of(SqliteException failure)
    {
        var (kind, name) = failure.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL or raw.SQLITE_SCHEMA or raw.SQLITE_NOMEM =>
                (SourceFailureKind.Busy, "SQLTransientException"),
            raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR or raw.SQLITE_FULL => (SourceFailureKind.Unreachable, "SQLTransientConnectionException"),
            raw.SQLITE_AUTH or raw.SQLITE_PERM => (SourceFailureKind.Refused, "SQLInvalidAuthorizationSpecException"),
            raw.SQLITE_ERROR => (SourceFailureKind.QueryFailed, "SQLSyntaxErrorException"),
            _ => (SourceFailureKind.QueryFailed, "SQLNonTransientException"),
        };
        return new SourceFailure(
            kind, failure.SqliteErrorCode.ToString(CultureInfo.InvariantCulture), "java.sql." + name, failure.Message);
    }
}
