using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Pioneer.Sources;

/// <summary>Judges Npgsql's exceptions by SQLSTATE (PostgreSQL's Appendix A), by what the driver wraps otherwise.</summary>
internal static class PostgreSqlFailures
{
    public static SourceFailure? Judge(Exception error) => error switch
    {
        QueryLimitException => new SourceFailure(SourceFailureKind.TimeLimit, null, QueryLimitException.JavaName, error.Message),
        PostgresException failure => BySqlState(failure.SqlState, failure.MessageText),
        NpgsqlException { InnerException: AuthenticationException inner } => new SourceFailure(
            SourceFailureKind.Refused, null, "java.sql.SQLNonTransientConnectionException", $"TLS: {inner.Message}"),
        // 'No password has been provided' and the like: the driver's own refusals wrap nothing
        NpgsqlException { InnerException: null } failure => new SourceFailure(
            SourceFailureKind.Refused, null, "java.sql.SQLInvalidAuthorizationSpecException", failure.Message),
        NpgsqlException { InnerException: { } inner } => Unreachable(inner.Message),
        SocketException or IOException or TimeoutException => Unreachable(error.Message),
        _ => null,
    };

    private static SourceFailure BySqlState(string state, string message)
    {
        var (kind, name) = state switch
        {
            PostgresErrorCodes.QueryCanceled => (SourceFailureKind.TimeLimit, "SQLTimeoutException"),
            PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidCatalogName =>
                (SourceFailureKind.Refused, "SQLSyntaxErrorException"),
            _ => ByClass(state[..2]),
        };
        return new SourceFailure(kind, state, "java.sql." + name, message);
    }

    private static (SourceFailureKind Kind, string Name) ByClass(string sqlStateClass) => sqlStateClass switch
    {
        "08" or "57" => (SourceFailureKind.Unreachable, "SQLTransientConnectionException"),
        "28" => (SourceFailureKind.Refused, "SQLInvalidAuthorizationSpecException"),
        "40" => (SourceFailureKind.Busy, "SQLTransactionRollbackException"),
        "53" or "55" => (SourceFailureKind.Busy, "SQLTransientException"),
        "22" => (SourceFailureKind.QueryFailed, "SQLDataException"),
        "42" => (SourceFailureKind.QueryFailed, "SQLSyntaxErrorException"),
        "0A" => (SourceFailureKind.QueryFailed, "SQLFeatureNotSupportedException"),
        _ => (SourceFailureKind.QueryFailed, "SQLNonTransientException"),
    };

    private static SourceFailure Unreachable(string message) =>
        new(SourceFailureKind.Unreachable, null, "java.sql.SQLTransientConnectionException", message);
}
