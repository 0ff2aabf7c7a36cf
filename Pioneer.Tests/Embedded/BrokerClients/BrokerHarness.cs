using System.Net;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded.Broker;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>A broker with authorizer on free ports and a directory of its own, and the real client library pointed at it.</summary>
internal sealed class BrokerHarness : IAsyncDisposable
{
    public const string SuperUser = "root";
    public const string SuperPassword = "root-secret";
    private readonly List<IDisposable> _clients = [];

    private BrokerHarness(string directory) => Directory = directory;

    public string Directory { get; }

    public EmbeddedBroker Broker { get; private set; } = null!;

    public string Sasl => Broker.SaslEndpoint!.ToString();

    public string Plain => Broker.PlainEndpoint!.ToString();

    /// <summary>How the product signs in to it as the super user.</summary>
    public KafkaOptions Options => new()
    {
        BootstrapServers = Sasl,
        SecurityProtocol = "SASL_PLAINTEXT",
        SaslMechanism = "SCRAM-SHA-256",
        Username = SuperUser,
        Password = SuperPassword,
    };

    public static async Task<BrokerHarness> StartAsync(bool secured = true)
    {
        var harness = new BrokerHarness(System.IO.Directory.CreateTempSubdirectory("pioneer-broker-").FullName);
        harness.Broker = await harness.OpenAsync(secured, TestPorts.Next(), TestPorts.Next());
        return harness;
    }

    /// <summary>Stops the broker and starts it again on the same directory and ports.</summary>
    /// <param name="whileStopped">Done to the directory in between.</param>
    public async Task RestartAsync(bool secured = true, Action<string>? whileStopped = null)
    {
        var (plain, sasl) = (Broker.PlainEndpoint!.Port, Broker.SaslEndpoint!.Port);
        await Broker.DisposeAsync();
        whileStopped?.Invoke(Directory);
        Broker = await OpenAsync(secured, plain, sasl);
    }

    /// <summary>
    /// The broker comes back with a later leader behind partition 0 of a topic, which wrote all that stands from an offset on: a log that was cut there and
    /// filled again, or one that was kept where it is the end. A batch of records must begin there.
    /// </summary>
    public Task CameBackAsync(string topic, int epoch, long from) => RestartAsync(whileStopped: directory => LaterLeader.Put(
        System.IO.Directory.EnumerateDirectories(directory, $"{topic}-0", SearchOption.AllDirectories).Single(), epoch, from));

    public ClientConfig Client(string user = SuperUser, string password = SuperPassword, SaslMechanism mechanism = SaslMechanism.ScramSha256) => new()
    {
        BootstrapServers = Sasl,
        SecurityProtocol = SecurityProtocol.SaslPlaintext,
        SaslMechanism = mechanism,
        SaslUsername = user,
        SaslPassword = password,
        ReconnectBackoffMs = 20,
        ReconnectBackoffMaxMs = 200,
        TopicMetadataRefreshIntervalMs = 1000,
        LogConnectionClose = false,
    };

    public ClientConfig Anonymous() => new() { BootstrapServers = Plain, ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200 };

    public IAdminClient Admin(ClientConfig? client = null) =>
        Keep(new AdminClientBuilder(client ?? Client()).SetLogHandler((_, _) => { }).Build());

    public IProducer<string, string> Producer(Action<ProducerConfig>? configure = null, ClientConfig? client = null)
    {
        var config = new ProducerConfig(client ?? Client()) { LingerMs = 2, MessageTimeoutMs = 60_000, Partitioner = Partitioner.Murmur2Random };
        configure?.Invoke(config);
        return Keep(new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build());
    }

    public IConsumer<string, string> Consumer(string group, Action<ConsumerConfig>? configure = null, ClientConfig? client = null)
    {
        var config = new ConsumerConfig(client ?? Client())
        {
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            FetchWaitMaxMs = 100,
            HeartbeatIntervalMs = 300,
            SessionTimeoutMs = 45_000,
        };
        configure?.Invoke(config);
        return Keep(new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build());
    }

    public async Task CreateTopicAsync(string name, int partitions = 1, params (string Name, string Value)[] configs) =>
        await Admin().CreateTopicsAsync(
        [
            new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = configs.ToDictionary(c => c.Name, c => c.Value) },
        ]);

    /// <summary>Creates a user with a SCRAM-SHA-256 credential, through the protocol.</summary>
    public async Task CreateUserAsync(string user, string password) => await Admin().AlterUserScramCredentialsAsync(
    [
        new UserScramCredentialUpsertion
        {
            User = user,
            ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
            Password = System.Text.Encoding.UTF8.GetBytes(password),
        },
    ]);

    public async Task DeleteUserAsync(string user) => await Admin().AlterUserScramCredentialsAsync(
        [new UserScramCredentialDeletion { User = user, Mechanism = ScramMechanism.ScramSha256 }]);

    public async Task AllowAsync(
        string user, ResourceType type, string name, AclOperation operation, ResourcePatternType pattern = ResourcePatternType.Prefixed,
        AclPermissionType permission = AclPermissionType.Allow) => await Admin().CreateAclsAsync(
    [
        new AclBinding
        {
            Pattern = new ResourcePattern { Type = type, Name = name, ResourcePatternType = pattern },
            Entry = new AccessControlEntry { Principal = "User:" + user, Host = "*", Operation = operation, PermissionType = permission },
        },
    ]);

    /// <summary>Consumes so many records, or fails saying how many came.</summary>
    public static List<ConsumeResult<string, string>> Take(IConsumer<string, string> consumer, int count)
    {
        var taken = new List<ConsumeResult<string, string>>();
        var deadline = DateTimeOffset.MinValue + TimeProvider.System.GetElapsedTime(0) + Patience.Usual;
        while (taken.Count < count)
        {
            if (DateTimeOffset.MinValue + TimeProvider.System.GetElapsedTime(0) > deadline)
            {
                throw new TimeoutException($"{taken.Count} of {count} records came within {Patience.Usual}");
            }

            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } result)
            {
                taken.Add(result);
            }
        }

        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Enumerable.Reverse(_clients))
        {
            client.Dispose();
        }

        await Broker.DisposeAsync();
        TestFolder.Delete(Directory);
    }

    private T Keep<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }

    private Task<EmbeddedBroker> OpenAsync(bool secured, int plainPort, int saslPort) => EmbeddedBroker.StartAsync(
        new EmbeddedBrokerOptions
        {
            DataDirectory = Directory,
            PlainEndpoint = new IPEndPoint(IPAddress.Loopback, plainPort),
            SaslEndpoint = new IPEndPoint(IPAddress.Loopback, saslPort),
            SuperUser = secured ? SuperUser : null,
            SuperPassword = secured ? SuperPassword : null,
        },
        NullLoggerFactory.Instance, TimeProvider.System);
}
