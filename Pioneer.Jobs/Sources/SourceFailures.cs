using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>
/// Says in words what a dialect judged: the thing, the reason, the way out. Of an address that no operator named the answer is the same whatever is
/// or is not there, so that typing addresses does not tell which files and ports there are.
/// </summary>
internal static class SourceFailures
{
    public static Error Describe(SourceConnection source, SourceFailure failure, bool isNamed)
    {
        if (source.Kind is SourceKind.Sqlite && failure.Kind is not (SourceFailureKind.Busy or SourceFailureKind.TimeLimit)
            && !(failure.Kind is SourceFailureKind.QueryFailed && failure.JavaName.EndsWith("SyntaxErrorException", StringComparison.Ordinal)))
        {
            return new Error("SourceNotReadable", $"No SQLite database can be read at the address '{source.ConnectionUrl}'.",
                "Check the path, and that the portal's account may read the file and its folder.") { Kind = ErrorKind.Unavailable };
        }

        return failure switch
        {
            { Code: "3D000" } => new Error(
                "SourceDatabaseMissing", $"{source.ConnectionUrl}: {failure.Message}.", "Check the database's name at the end of the address."),
            { Code: "42501" } => new Error(
                "SourceNotReadable", $"'{source.Username}' may not read it: {failure.Message}.", "Grant the user SELECT on the tables that feeds use."),
            { Kind: SourceFailureKind.Refused } => new Error(
                "SourceSignInRefused", $"{source.ConnectionUrl} refused '{source.Username ?? "(nobody)"}': {failure.Message}.",
                "Check the username, the password and the address's sslmode."),
            { Kind: SourceFailureKind.Unreachable } => Unreachable(source, isNamed ? failure.Message : "no PostgreSQL server answers there"),
            { Kind: SourceFailureKind.Busy } => new Error(
                "SourceBusy", $"{source.ConnectionUrl} is busy: {failure.Message}.", "Try again in a moment.") { Kind = ErrorKind.Unavailable },
            { Kind: SourceFailureKind.TimeLimit } => new Error(
                "SourceTooSlow", $"{source.ConnectionUrl}: {failure.Message}.", "An index on the columns that are asked for helps."),
            { Code: "42P01" or "42703" } => new Error(
                "SourceTableMissing", $"{source.ConnectionUrl}: {failure.Message}.", "Look the table up again: it may have been renamed."),
            _ => new Error("SourceFailed", $"{source.ConnectionUrl}: {failure.Message}{(failure.Code is { } code ? $" ({code})" : "")}."),
        };
    }

    private static Error Unreachable(SourceConnection source, string reason) => new(
        "SourceUnreachable", $"{source.ConnectionUrl} cannot be reached: {reason}.",
        "Check host and port, that the server runs and takes connections from here, and the firewall between.") { Kind = ErrorKind.Unavailable };
}
