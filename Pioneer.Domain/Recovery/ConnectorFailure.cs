namespace Pioneer.Domain.Recovery;

/// <summary>Tells failures of connectors that may pass by themselves (connections, timeouts) from those that a restart brings back.</summary>
public static class ConnectorFailure
{
    // Ends of exception names, as the connectors of Kafka Connect and the embedded worker throw them: configuration, sign-in, rights, poison records.
    private static readonly string[] Lasting =
    [
        "ConfigException", "AuthenticationException", "AuthorizationException", "SQLInvalidAuthorizationSpecException", "SQLSyntaxErrorException",
        "DataException", "SerializationException", "RecordTooLargeException",
    ];

    /// <summary>The exception in the trace that would be thrown again after a restart; null where there is none, or no trace.</summary>
    public static string? LastingCause(string? trace) => trace?
        .Split([' ', '.', ':', '\n', '\r', '\t', '(', '$', '<'], StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(word => Lasting.Any(name => word.EndsWith(name, StringComparison.Ordinal)));
}
