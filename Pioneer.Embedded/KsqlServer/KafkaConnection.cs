using Confluent.Kafka;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql;

/// <summary>How a ksql service signs in to its cluster. Property names are those of the host API's JSON.</summary>
/// <param name="BootstrapServers">host:port, comma separated.</param>
/// <param name="SecurityProtocol">PLAINTEXT, SASL_PLAINTEXT, SASL_SSL or SSL, in either spelling of <see cref="ConnectionWords"/>; null is PLAINTEXT.</param>
/// <param name="SaslMechanism">SCRAM-SHA-256 (also when null), SCRAM-SHA-512 or PLAIN, for the SASL protocols.</param>
/// <param name="Username">The principal's name.</param>
/// <param name="Password">The principal's password.</param>
/// <param name="SslCaLocation">PEM file of the authority to trust, for the SSL protocols; null is the system's store.</param>
public sealed record KafkaConnection(
    string BootstrapServers,
    string? SecurityProtocol = null,
    string? SaslMechanism = null,
    string? Username = null,
    string? Password = null,
    string? SslCaLocation = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Validate()
    {
        if (string.IsNullOrWhiteSpace(BootstrapServers))
        {
            return "bootstrapServers is missing";
        }

        if (SecurityProtocol is not null && ConnectionWords.Protocol(SecurityProtocol) is null)
        {
            return $"securityProtocol '{SecurityProtocol}' is not {ConnectionWords.Protocols}";
        }

        return SaslMechanism is not null && ConnectionWords.Mechanism(SaslMechanism) is null
            ? $"saslMechanism '{SaslMechanism}' is not {ConnectionWords.Mechanisms}"
            : null;
    }

    /// <summary>Password left out: records print into logs.</summary>
    public override string ToString() => $"{BootstrapServers} {SecurityProtocol ?? "PLAINTEXT"} {Username}";

    /// <summary>How a connection of our own is made.</summary>
    internal ConnectionSettings Settings
    {
        get
        {
            var protocol = ConnectionWords.Protocol(SecurityProtocol) ?? "PLAINTEXT";
            var signIn = protocol.StartsWith("SASL", StringComparison.Ordinal)
                ? new SaslSignIn(ConnectionWords.Mechanism(SaslMechanism) ?? "SCRAM-SHA-256", Username ?? "", Password ?? "")
                : null;
            return new ConnectionSettings(protocol.EndsWith("SSL", StringComparison.Ordinal), SslCaLocation, signIn);
        }
    }

    /// <summary>Puts address and credentials into a client's configuration.</summary>
    internal T Apply<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = BootstrapServers;
        config.SecurityProtocol = ConnectionWords.Protocol(SecurityProtocol) switch
        {
            "SSL" => Confluent.Kafka.SecurityProtocol.Ssl,
            "SASL_PLAINTEXT" => Confluent.Kafka.SecurityProtocol.SaslPlaintext,
            "SASL_SSL" => Confluent.Kafka.SecurityProtocol.SaslSsl,
            _ => Confluent.Kafka.SecurityProtocol.Plaintext,
        };
        config.SaslMechanism = ConnectionWords.Mechanism(SaslMechanism) switch
        {
            "SCRAM-SHA-512" => Confluent.Kafka.SaslMechanism.ScramSha512,
            "PLAIN" => Confluent.Kafka.SaslMechanism.Plain,
            _ => Confluent.Kafka.SaslMechanism.ScramSha256,
        };
        config.SaslUsername = Username;
        config.SaslPassword = Password;
        config.SslCaLocation = SslCaLocation;
        // librdkafka's re-bootstrap forgets the coordinators of a cluster of one that went away, and calls that need one then wait for ever
        config.MetadataRecoveryStrategy = MetadataRecoveryStrategy.None;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1000;
        config.SocketNagleDisable = true;
        config.LogConnectionClose = false;
        return config;
    }
}
