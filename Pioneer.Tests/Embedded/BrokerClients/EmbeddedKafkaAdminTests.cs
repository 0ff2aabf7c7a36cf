using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>A secured embedded broker for all tests of a class.</summary>
public sealed class SecuredEmbeddedBroker : IAsyncLifetime
{
    private BrokerHarness _broker = null!;

    internal KafkaOptions Options => new()
    {
        BootstrapServers = _broker.Sasl,
        SecurityProtocol = "SASL_PLAINTEXT",
        SaslMechanism = "SCRAM-SHA-512",
        Username = BrokerHarness.SuperUser,
        Password = BrokerHarness.SuperPassword,
    };

    internal BrokerHarness Harness => _broker;

    public async ValueTask InitializeAsync() => _broker = await BrokerHarness.StartAsync();

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();
}

/// <summary>The contract that the platform's Kafka adapter also keeps with Apache Kafka, on the embedded broker.</summary>
public sealed class EmbeddedKafkaAdminTests(SecuredEmbeddedBroker broker) : KafkaAdminContract(broker.Options), IClassFixture<SecuredEmbeddedBroker>;
