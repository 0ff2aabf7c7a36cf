using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;

namespace Pioneer.Jobs.Sources;

/// <summary>Says in words what a database driver said in codes: the thing, the reason, the way out.</summary>
internal static class SourceFailures
{
    public static Error Describe(SourceConnection source, Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } => Refused(source),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } error => new Error(
            "SourceDatabaseMissing", $"{source.ConnectionUrl}: {error.MessageText}.", "Check the database's name at the end of the address."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } error => new Error(
            "SourceNotReadable", $"'{source.Username}' may not read it: {error.MessageText}.", "Grant the user SELECT on the tables that feeds use."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } error => new Error(
            "SourceTableMissing", $"{source.ConnectionUrl}: {error.MessageText}.", "Look the table up again: it may have been renamed."),
        PostgresException error => new Error("SourceFailed", $"{source.ConnectionUrl}: {error.MessageText} ({error.SqlState})."),
        NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } =>
            Unreachable(source, "the host's name is not known", "Check the host's name."),
        NpgsqlException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
            Unreachable(source, "nothing listens on that port", "Check the port, and that the server runs and accepts connections from here."),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException =>
            Unreachable(source, "it did not answer within 5 seconds", "Check the host's name and the firewall between."),
        NpgsqlException { InnerException: { } inner } => Unreachable(source, inner.Message, null),
        NpgsqlException error => Unreachable(source, error.Message, "Check the username and password."),
        SqliteException { SqliteErrorCode: 26 } => new Error(
            "SourceNotADatabase", $"The file of '{source.ConnectionUrl}' is no SQLite database.", "Check the path."),
        SqliteException { SqliteErrorCode: 14 or 23 } => new Error(
            "SourceNotReadable", $"The file of '{source.ConnectionUrl}' cannot be opened.", "Check its permissions and those of its folder."),
        SqliteException { SqliteErrorCode: 5 or 6 } => Unreachable(source, "the file is locked by a writer", "Try again in a moment."),
        SqliteException error => new Error("SourceFailed", $"{source.ConnectionUrl}: {error.Message}"),
        SocketException error => Unreachable(source, error.Message, null),
        _ => new Error("SourceFailed", $"{source.ConnectionUrl}: {failure.Message}"),
    };

    private static Error Refused(SourceConnection source) => new(
        "SourceSignInRefused", $"{source.ConnectionUrl} refused '{source.Username ?? "(nobody)"}'.", "Check the username and password.");

    private static Error Unreachable(SourceConnection source, string reason, string? hint) =>
        new("SourceUnreachable", $"{source.ConnectionUrl} cannot be reached: {reason}.", hint) { Kind = ErrorKind.Unavailable };
}
