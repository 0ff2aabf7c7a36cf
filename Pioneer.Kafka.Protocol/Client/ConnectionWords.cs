namespace Pioneer.Kafka.Protocol.Client;

/// <summary>
/// The words of a connection's settings. Kafka writes <c>SASL_SSL</c> and <c>SCRAM-SHA-512</c>, Confluent's .NET client <c>SaslSsl</c> and
/// <c>ScramSha512</c>: every part of Pioneer takes both through here, and all of them refuse the same ones.
/// </summary>
public static class ConnectionWords
{
    /// <summary>The protocols as Kafka writes them.</summary>
    public const string Protocols = "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL";

    /// <summary>The mechanisms as Kafka writes them.</summary>
    public const string Mechanisms = "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512";

    /// <summary>The security protocol as Kafka writes it; null for one that is none.</summary>
    public static string? Protocol(string? text) => Squeeze(text) switch
    {
        "PLAINTEXT" => "PLAINTEXT",
        "SSL" => "SSL",
        "SASLPLAINTEXT" => "SASL_PLAINTEXT",
        "SASLSSL" => "SASL_SSL",
        _ => null,
    };

    /// <summary>The SASL mechanism as Kafka writes it; null for one that is none, or that Pioneer does not speak.</summary>
    public static string? Mechanism(string? text) => Squeeze(text) switch
    {
        "PLAIN" => "PLAIN",
        "SCRAMSHA256" => "SCRAM-SHA-256",
        "SCRAMSHA512" => "SCRAM-SHA-512",
        _ => null,
    };

    private static string? Squeeze(string? text) =>
        text?.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
