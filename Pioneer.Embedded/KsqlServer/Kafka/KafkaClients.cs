using Confluent.Kafka;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql.Kafka;

/// <summary>Makes the Kafka clients of one service, signed in as its principal. librdkafka's chatter goes to the debug log.</summary>
internal sealed class KafkaClients(KafkaConnection connection, string serviceId, ILogger logger)
{
    /// <summary>Longest that one blocking call to the cluster may take.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Longest that one record without a transaction may take, a first connection included: a statement is lost with its record.</summary>
    private const int MessageTimeoutMs = 30_000;

    /// <summary>The producers' own limit, librdkafka's default. It is below the 1,048,588 bytes that brokers take by default, as the batch around a record counts there.</summary>
    public const int MaxRecordBytes = 1_000_000;

    /// <summary>A dead query's open transaction holds readers back for at most this long.</summary>
    private const int TransactionTimeoutMs = 15_000;

    // the brokers' words for refusing this service's last sign-in; null once SignedIn was said after it
    private volatile string? _refusal;

    /// <summary>Clients that are refused go on trying and throw nothing: a query would say RUNNING and read nothing.</summary>
    /// <exception cref="KafkaException">The brokers refused the last sign-in.</exception>
    public void ThrowIfRefused()
    {
        if (_refusal is { } refusal)
        {
            throw new KafkaException(new Error(ErrorCode.SaslAuthenticationFailed, $"Kafka refuses the sign-in of this ksql service: {refusal}"));
        }
    }

    /// <summary>Administration.</summary>
    public IAdminClient Admin() => new AdminClientBuilder(connection.Apply(new AdminClientConfig { ClientId = $"ksql-{serviceId}-admin" }))
        .SetLogHandler(Log).SetErrorHandler(Error).Build();

    /// <summary>
    /// A consumer for manual assignment: no group membership, offsets kept in the group by whoever commits. Reads committed records
    /// only and reports each partition's end, so that positions can pass transaction markers.
    /// </summary>
    public IConsumer<byte[]?, byte[]?> Consumer(string group)
    {
        var config = connection.Apply(new ConsumerConfig
        {
            ClientId = group,
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 500,
            FetchErrorBackoffMs = 100,
            QueuedMaxMessagesKbytes = 16_384,
            AllowAutoCreateTopics = false,
        });
        return new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetKeyDeserializer(NullableBytes.Instance).SetValueDeserializer(NullableBytes.Instance)
            .SetLogHandler(Log).SetErrorHandler(Error).Build();
    }

    /// <summary>A producer in Kafka's own partitioning; transactional with an id (which fences an older holder of it).</summary>
    public IProducer<byte[]?, byte[]?> Producer(string clientId, string? transactionalId)
    {
        var config = connection.Apply(new ProducerConfig
        {
            ClientId = clientId,
            TransactionalId = transactionalId,
            TransactionTimeoutMs = transactionalId is null ? null : TransactionTimeoutMs,
            EnableIdempotence = true,
            Acks = Acks.All,
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 2,
            MessageMaxBytes = MaxRecordBytes,
            MessageTimeoutMs = transactionalId is null ? MessageTimeoutMs : TransactionTimeoutMs,
            // As ksqlDB by default; LZ4 and others need a codec that KafkaJS does not bring.
            CompressionType = CompressionType.None,
        });
        return new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetKeySerializer(NullableBytes.Instance).SetValueSerializer(NullableBytes.Instance)
            .SetLogHandler(Log).SetErrorHandler(Error).Build();
    }

    /// <summary>Somebody did with success what needs a sign-in.</summary>
    public void SignedIn() => _refusal = null;

    // A refused connection is logged before the client that it belongs to is built. To touch that client is a null reference on a thread where
    // librdkafka blocks SIGSEGV: no exception, the process ends.
    private void Log(IClient unfinished, LogMessage message) => KsqlServerLog.ClientSays(logger, message.Name, message.Message);

    private void Error(IClient client, Error error)
    {
        _refusal = error.Code is ErrorCode.Local_Authentication && !ClientErrors.EndedWhileSigningIn(error.Reason) ? error.Reason : _refusal;
        KsqlServerLog.ClientSays(logger, serviceId, error.Reason);
    }
}
