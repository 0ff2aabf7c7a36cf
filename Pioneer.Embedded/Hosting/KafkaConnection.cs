using Confluent.Kafka;

namespace Pioneer.Embedded;

/// <summary>How a part of the embedded platform reaches a Kafka cluster; the same values a client configuration holds.</summary>
/// <param name="BootstrapServers">Comma separated <c>host:port</c> list.</param>
/// <param name="SecurityProtocol">PLAINTEXT (when null), SSL, SASL_PLAINTEXT or SASL_SSL, as Kafka spells them.</param>
/// <param name="SaslMechanism">PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; only read with a SASL protocol.</param>
/// <param name="Username">SASL user.</param>
/// <param name="Password">SASL password; never printed.</param>
public sealed record KafkaConnection(
    string BootstrapServers,
    string? SecurityProtocol = null,
    string? SaslMechanism = null,
    string? Username = null,
    string? Password = null)
{
    /// <summary>A fresh librdkafka configuration with the connection's settings.</summary>
    /// <exception cref="ArgumentException">The protocol or mechanism is none that Kafka knows.</exception>
    public ClientConfig ToClientConfig(string clientId)
    {
        var config = new ClientConfig
        {
            BootstrapServers = BootstrapServers,
            ClientId = clientId,
            SecurityProtocol = ParseProtocol(SecurityProtocol),
            // A broker that comes back is to be noticed within a second, not after librdkafka's default of up to 10 s.
            ReconnectBackoffMaxMs = 1_000,
            // librdkafka's re-bootstrap forgets the coordinators of a cluster of one that went away, and calls that need one then wait for ever
            MetadataRecoveryStrategy = MetadataRecoveryStrategy.None,
            SocketKeepaliveEnable = true,
        };
        if (config.SecurityProtocol is Confluent.Kafka.SecurityProtocol.SaslPlaintext or Confluent.Kafka.SecurityProtocol.SaslSsl)
        {
            config.SaslMechanism = ParseMechanism(SaslMechanism);
            config.SaslUsername = Username;
            config.SaslPassword = Password;
        }

        return config;
    }

    /// <summary>The connection without its password.</summary>
    public override string ToString() => $"{BootstrapServers} ({SecurityProtocol ?? "PLAINTEXT"}{(Username is null ? "" : $" as {Username}")})";

    private static SecurityProtocol ParseProtocol(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "PLAINTEXT" => Confluent.Kafka.SecurityProtocol.Plaintext,
        "SSL" => Confluent.Kafka.SecurityProtocol.Ssl,
        "SASL_PLAINTEXT" or "SASLPLAINTEXT" => Confluent.Kafka.SecurityProtocol.SaslPlaintext,
        "SASL_SSL" or "SASLSSL" => Confluent.Kafka.SecurityProtocol.SaslSsl,
        _ => throw new ArgumentException($"'{text}' is no security protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL", nameof(text)),
    };

    private static SaslMechanism ParseMechanism(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "SCRAM-SHA-256" or "SCRAMSHA256" => Confluent.Kafka.SaslMechanism.ScramSha256,
        "SCRAM-SHA-512" or "SCRAMSHA512" => Confluent.Kafka.SaslMechanism.ScramSha512,
        "PLAIN" => Confluent.Kafka.SaslMechanism.Plain,
        _ => throw new ArgumentException($"'{text}' is no SASL mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", nameof(text)),
    };
}
