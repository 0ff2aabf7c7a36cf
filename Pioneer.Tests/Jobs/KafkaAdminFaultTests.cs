using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// What no broker can be asked for: answers that Confluent.Kafka's admin client cannot read. It destroys itself over them, and a request that comes
/// meanwhile ends the process.
/// </summary>
public sealed class KafkaAdminFaultTests
{
    private const short Metadata = 3, Handshake = 17, Versions = 18, Authenticate = 36, Unsupported = 35, Version = 12;
    private const byte UnsupportedMechanism = 33;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Partition_without_replicas_is_counted_and_costs_nobody_the_client()
    {
        ScriptedBroker? broker = null;
        await using var started = broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
            (Versions, _) => ScriptedBroker.Ranges((Metadata, Version, Version), (Versions, 0, 0)),
            (Metadata, _) => Topic(broker!.Port),
            _ => null,
        }).Start();
        var options = new KafkaOptions { BootstrapServers = broker.Address, SecurityProtocol = "PLAINTEXT", RequestTimeoutMs = 60_000 };
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => admin.PartitionCountsAsync(["t"], Ct)));

        Assert.All(counts, count => Assert.Equal(1, Assert.Single(count).Value));
        Assert.True(await admin.IsAnsweringAsync(Patience.Usual, Ct));
    }

    /// <summary>librdkafka tells both with one code: what a broker says to a wrong password, and that it went away meanwhile.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Broker_that_goes_away_while_it_is_signed_in_to_refuses_nobody(bool refuses)
    {
        await using var broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
            (Versions, _) => ScriptedBroker.Ranges((Handshake, 0, 1), (Versions, 0, 0)),
            (Handshake, _) when refuses => [0, UnsupportedMechanism, 0, 0, 0, 0],
            _ => null,
        }).Start();
        var options = new KafkaOptions
        {
            BootstrapServers = broker.Address, SecurityProtocol = "SASL_PLAINTEXT", SaslMechanism = "SCRAM-SHA-512", Username = "pioneer", Password = "secret",
            // one that refuses must be seen to within it
            RequestTimeoutMs = refuses ? 10_000 : 1000,
        };
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => admin.DescribeAclsAsync(Ct));

        Assert.Equal(refuses ? typeof(KafkaSignInRefusedException) : typeof(KafkaUnavailableException), failure.GetType());
    }

    /// <summary>A node that starts again may refuse everybody until it knows its users: that is one node of several, not a wrong password.</summary>
    [Fact]
    public async Task One_node_of_two_that_refuses_everybody_is_no_refused_credential()
    {
        await using var starting = Signing([0, UnsupportedMechanism, 0, 0, 0, 0], () => null).Start();
        await using var served = Signing([0, 0, 0, 0, 0, 0], () => Topic(starting.Port, leader: 0)).Start();
        var options = new KafkaOptions
        {
            BootstrapServers = $"{starting.Address},{served.Address}", SecurityProtocol = "SASL_PLAINTEXT", SaslMechanism = "PLAIN", Username = "pioneer",
            Password = "secret", RequestTimeoutMs = 30_000,
        };
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);

        Assert.Equal(1, Assert.Single(await admin.PartitionCountsAsync(["t"], Ct)).Value);
        var silent = await Assert.ThrowsAsync<KafkaUnavailableException>(() => admin.OffsetsAsync("t", Ct));

        Assert.Contains("refused the sign-in of 'pioneer'", silent.Message, StringComparison.Ordinal);
    }

    private static ScriptedBroker Signing(byte[] handshake, Func<byte[]?> metadata) => new((api, version) => (api, version) switch
    {
        (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
        (Versions, _) => ScriptedBroker.Ranges((Metadata, Version, Version), (Handshake, 0, 1), (Versions, 0, 0), (Authenticate, 0, 0)),
        (Handshake, _) => handshake,
        (Authenticate, _) => [0, 0, 0xff, 0xff, 0, 0, 0, 0],
        (Metadata, _) => metadata(),
        _ => null,
    });

    /// <summary>Metadata version 12: one broker, one topic, one partition that nobody holds.</summary>
    private static byte[] Topic(int port, int leader = -1) => ScriptedBroker.Answer(new MetadataResponse
    {
        Brokers = [new() { NodeId = 0, Host = "127.0.0.1", Port = port }],
        ClusterId = "cluster",
        ControllerId = 0,
        Topics =
        [
            new()
            {
                Name = "t",
                Partitions = [new() { ErrorCode = (short)ErrorCode.LeaderNotAvailable, PartitionIndex = 0, LeaderId = leader, LeaderEpoch = -1 }],
            },
        ],
    }, Version);
}
