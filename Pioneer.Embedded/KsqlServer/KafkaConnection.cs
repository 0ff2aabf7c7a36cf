using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql;

/// <summary>How a ksql service signs in to its cluster. Property names are those of the host API's JSON.</summary>
/// <param name="BootstrapServers">host:port, comma separated.</param>
/// <param name="SecurityProtocol">PLAINTEXT, SASL_PLAINTEXT, SASL_SSL or SSL; null is PLAINTEXT.</param>
/// <param name="SaslMechanism">SCRAM-SHA-256, SCRAM-SHA-512 or PLAIN, for the SASL protocols.</param>
/// <param name="Username">The principal's name.</param>
/// <param name="Password">The principal's password.</param>
public sealed record KafkaConnection(
    string BootstrapServers,
    string? SecurityProtocol = null,
    string? SaslMechanism = null,
    string? Username = null,
    string? Password = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Validate()
    {
        if (string.IsNullOrWhiteSpace(BootstrapServers))
        {
            return "bootstrapServers is missing";
        }

        if (SecurityProtocol is not null && !Enum.TryParse<SecurityProtocol>(Plain(SecurityProtocol), ignoreCase: true, out _))
        {
            return $"securityProtocol '{SecurityProtocol}' is not one of PLAINTEXT, SASL_PLAINTEXT, SASL_SSL, SSL";
        }

        return SaslMechanism is not (null or "SCRAM-SHA-256" or "SCRAM-SHA-512" or "PLAIN")
            ? $"saslMechanism '{SaslMechanism}' is not one of SCRAM-SHA-256, SCRAM-SHA-512, PLAIN"
            : null;
    }

    /// <summary>Password left out: records print into logs.</summary>
    public override string ToString() => $"{BootstrapServers} {SecurityProtocol ?? "PLAINTEXT"} {Username}";

    /// <summary>Puts address and credentials into a client's configuration.</summary>
    internal T Apply<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = BootstrapServers;
        config.SecurityProtocol = Enum.TryParse<SecurityProtocol>(Plain(SecurityProtocol), ignoreCase: true, out var protocol) ? protocol : null;
        config.SaslMechanism = SaslMechanism switch
        {
            "SCRAM-SHA-256" => Confluent.Kafka.SaslMechanism.ScramSha256,
            "SCRAM-SHA-512" => Confluent.Kafka.SaslMechanism.ScramSha512,
            "PLAIN" => Confluent.Kafka.SaslMechanism.Plain,
            _ => null,
        };
        config.SaslUsername = Username;
        config.SaslPassword = Password;
        // librdkafka's re-bootstrap forgets the coordinators of a cluster of one that went away, and calls that need one then wait for ever
        config.MetadataRecoveryStrategy = MetadataRecoveryStrategy.None;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1000;
        config.SocketNagleDisable = true;
        config.LogConnectionClose = false;
        return config;
    }

    private static string Plain(string? protocol) => (protocol ?? "PLAINTEXT").Replace("_", string.Empty, StringComparison.Ordinal);
}
