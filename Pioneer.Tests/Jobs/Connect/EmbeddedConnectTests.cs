using Pioneer.Tests.Embedded.ConnectWorker;
using Xunit;

namespace Pioneer.Tests.Jobs.Connect;

/// <summary>The embedded worker on the embedded broker, with a database to read, for all tests of a class.</summary>
public sealed class EmbeddedConnectWorker(EmbeddedBrokerFixture broker) : IAsyncLifetime
{
    private ConnectKit _kit = null!;

    public ConnectUnderTest Connect { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _kit = new ConnectKit(broker.Platform.Kafka!);
        _kit.CreatePayments();
        _kit.InsertPayments(20);
        await _kit.CreateTopicAsync(_kit.Topic("payments"), 1);
        await _kit.StartWorkerAsync();
        var config = _kit.PaymentsConfig(_kit.Topic("payments"));
        config["tasks.max"] = "1";
        Connect = new ConnectUnderTest(_kit.Url.TrimEnd('/'), config["connector.class"], "topic.prefix", config);
    }

    public async ValueTask DisposeAsync() => await _kit.DisposeAsync();
}

/// <summary>The contract that a real distributed worker keeps, on the embedded one.</summary>
[Collection(Name)]
public sealed class EmbeddedConnectTests(EmbeddedConnectWorker worker) : ConnectClientContract(worker.Connect), IClassFixture<EmbeddedConnectWorker>
{
    internal const string Name = "embedded broker with a Connect worker";

    protected override bool TellsSkipped => true;
}

/// <summary>The broker under the worker.</summary>
[CollectionDefinition(EmbeddedConnectTests.Name)]
public sealed class EmbeddedConnectCollection : ICollectionFixture<EmbeddedBrokerFixture>;
