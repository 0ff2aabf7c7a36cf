using Confluent.Kafka;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded;

/// <summary>How a part of the embedded platform reaches a Kafka cluster; the same values a client configuration holds.</summary>
/// <param name="BootstrapServers">Comma separated <c>host:port</c> list.</param>
/// <param name="SecurityProtocol">PLAINTEXT (when null), SSL, SASL_PLAINTEXT or SASL_SSL, in either spelling of <see cref="ConnectionWords"/>.</param>
/// <param name="SaslMechanism">PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; SCRAM-SHA-256 when null; only read with a SASL protocol.</param>
/// <param name="Username">SASL user.</param>
/// <param name="Password">SASL password; never printed.</param>
/// <param name="SslCaLocation">PEM file of the authority to trust; null is the system's store.</param>
public sealed record KafkaConnection(
    string BootstrapServers,
    string? SecurityProtocol = null,
    string? SaslMechanism = null,
    string? Username = null,
    string? Password = null,
    string? SslCaLocation = null)
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
            SslCaLocation = SslCaLocation,
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

    private static SecurityProtocol ParseProtocol(string? text) => string.IsNullOrEmpty(text)
        ? Confluent.Kafka.SecurityProtocol.Plaintext
        : Parse<SecurityProtocol>(ConnectionWords.Protocol(text)) ?? throw new ArgumentException(
            $"Kafka:SecurityProtocol '{text}' is unknown: use {ConnectionWords.Protocols}.", nameof(text));

    private static SaslMechanism ParseMechanism(string? text) => string.IsNullOrEmpty(text)
        ? Confluent.Kafka.SaslMechanism.ScramSha256
        : Parse<SaslMechanism>(ConnectionWords.Mechanism(text)) ?? throw new ArgumentException(
            $"Kafka:SaslMechanism '{text}' is unknown: use {ConnectionWords.Mechanisms}.", nameof(text));

    // the client writes Kafka's words without what is between them
    private static T? Parse<T>(string? word) where T : struct, Enum =>
        word is null ? null : Enum.Parse<T>(word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
}
