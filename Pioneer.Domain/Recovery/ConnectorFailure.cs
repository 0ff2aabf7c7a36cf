using System.Text.RegularExpressions;

namespace Pioneer.Domain.Recovery;

/// <summary>Tells failures of connectors that may pass by themselves (connections, timeouts) from those that a restart brings back.</summary>
public static partial class ConnectorFailure
{
    // Ends of exception names, as the connectors of Kafka Connect and the embedded worker throw them: configuration, sign-in, rights, poison records.
    private static readonly string[] Names =
    [
        "ConfigException", "AuthenticationException", "AuthorizationException", "SQLInvalidAuthorizationSpecException", "SQLSyntaxErrorException",
        "SQLNonTransientException", "SQLNonTransientConnectionException", "SQLFeatureNotSupportedException", "DataException", "SerializationException",
        "RecordTooLargeException",
    ];

    // Drivers whose exceptions have one name for everything say it in words only: PostgreSQL, SQL Server, Oracle, MySQL; then Debezium and Connect itself.
    private static readonly string[] Words =
    [
        "password authentication failed", "no pg_hba.conf entry", "is not permitted to log in", "permission denied for",
        "Login failed for user", "Invalid object name", "Invalid column name", "permission was denied on the object",
        "ORA-01017", "ORA-28000", "ORA-28001", "ORA-00942", "ORA-00904", "ORA-01031",
        "Access denied for user", "Unknown column",
        "no longer available on the server", "before its producer transaction expired",
    ];

    /// <summary>What in the trace would come again after a restart: an exception's name, or the driver's words; null where nothing is, or there is no trace.</summary>
    public static string? LastingCause(string? trace) => trace is null ? null : Named(trace) ?? Said(trace) ?? Missing(trace);

    private static string? Named(string trace) => trace
        .Split([' ', '.', ':', '\n', '\r', '\t', '(', '$', '<'], StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(word => Names.Any(name => word.EndsWith(name, StringComparison.Ordinal)));

    private static string? Said(string trace) =>
        Array.Find(Words, words => trace.Contains(words, StringComparison.OrdinalIgnoreCase)) is { } found ? $"'{found}'" : null;

    private static string? Missing(string trace) => Gone().Match(trace) is { Success: true, Value: var found } ? $"'{found}'" : null;

    // PostgreSQL's and MySQL's words for what is not there; a name has at most 63 or 64 characters, with its table before it
    [GeneratedRegex(
        """(relation|column|role|database|schema|function) ("[^"\n]{1,140}"|[^ "\n]{1,140}) does not exist|Table '[^'\n]{1,140}' doesn't exist""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Gone();
}
