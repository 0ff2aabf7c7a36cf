using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>The worker on the embedded broker, as super user over SASL: how the portal runs it.</summary>
public sealed class ConnectOnEmbeddedBrokerTests(EmbeddedBrokerFixture fixture) : ConnectWorkerContract, IClassFixture<EmbeddedBrokerFixture>
{
    protected override KafkaConnection Kafka => fixture.Platform.Kafka!;
}

/// <summary>An embedded broker with an authorizer, for all tests of a class.</summary>
public sealed class EmbeddedBrokerFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-broker-").FullName;

    public EmbeddedPlatform Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Platform = await EmbeddedPlatform.StartAsync(
        new EmbeddedPlatformOptions
        {
            DataDirectory = _directory,
            KafkaSaslEndpoint = TestPorts.NextEndpoint(),
            SuperUser = "pioneer",
            SuperPassword = "pioneer-secret",
        },
        NullLoggerFactory.Instance,
        TimeProvider.System,
        default);

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        TestFolder.Delete(_directory);
    }
}
