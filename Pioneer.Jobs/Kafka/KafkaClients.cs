using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Makes Kafka clients, signed in as the platform or as a given principal. Every client partitions by murmur2, as Java clients do:
/// librdkafka's own default would put a key's rows of two programs into two partitions.
/// </summary>
public sealed class KafkaClients(IOptions<KafkaOptions> options, ILogger<KafkaClients> logger)
{
    private const int ReconnectBackoffMs = 50;
    private const int MaxReconnectBackoffMs = 1000;

    public KafkaOptions Options => options.Value;

    /// <summary>Connection settings for <paramref name="principal"/>, the platform's own when null.</summary>
    public ClientConfig Config(KafkaPrincipal? principal = null)
    {
        var kafka = options.Value;
        var config = new ClientConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            SecurityProtocol = kafka.ParsedProtocol,
            ClientId = "pioneer",
            SocketNagleDisable = true,
            // librdkafka's re-bootstrap forgets the coordinators of a cluster of one that went away, and calls that need one then wait for ever
            MetadataRecoveryStrategy = MetadataRecoveryStrategy.None,
            ReconnectBackoffMs = ReconnectBackoffMs,
            ReconnectBackoffMaxMs = MaxReconnectBackoffMs,
            SslCaLocation = kafka.SslCaLocation,
            AllowAutoCreateTopics = false,
        };
        if (kafka.UsesSasl)
        {
            config.SaslMechanism = principal is null ? kafka.ParsedMechanism : SaslMechanism.ScramSha512;
            config.SaslUsername = principal?.Username ?? kafka.Username;
            config.SaslPassword = principal?.Password ?? kafka.Password;
        }

        return config;
    }

    public IAdminClient Admin(KafkaPrincipal? principal = null, Action<Error>? onError = null) =>
        new AdminClientBuilder(new AdminClientConfig(Config(principal)))
            .SetLogHandler((_, message) => Log(principal, message))
            .SetErrorHandler((_, error) => onError?.Invoke(error))
            .Build();

    /// <summary>A consumer of raw keys and values. With <paramref name="groupId"/> null it only ever reads assigned partitions.</summary>
    public IConsumer<byte[]?, byte[]?> Consumer(KafkaPrincipal? principal, string? groupId, Action<ConsumerConfig>? configure = null,
        Action<Error>? onError = null)
    {
        var config = new ConsumerConfig(Config(principal))
        {
            // librdkafka wants a group id even for assigned partitions; a name in the principal's own space keeps ACLs happy
            GroupId = groupId ?? $"{(principal?.Username ?? "pioneer").Split('.')[0]}.unused",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Error,
            FetchWaitMaxMs = 100,
            EnablePartitionEof = true,
        };
        configure?.Invoke(config);
        return new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, message) => Log(principal, message))
            .SetErrorHandler((_, error) => onError?.Invoke(error))
            .Build();
    }

    /// <summary>An idempotent producer of raw keys and values.</summary>
    public IProducer<byte[]?, byte[]?> Producer(KafkaPrincipal? principal, Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig(Config(principal))
        {
            Partitioner = Partitioner.Murmur2Random,
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 5,
        };
        configure?.Invoke(config);
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, message) => Log(principal, message)).Build();
    }

    private void Log(KafkaPrincipal? principal, LogMessage message) =>
        KafkaLog.Client(logger, principal?.Username ?? "platform", message.Facility, message.Message);
}
