using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>One lost broker of three is one lost broker; two of three are no cluster any more.</summary>
public sealed class BrokerProbeTests : IAsyncDisposable
{
    private const short Metadata = 3, Versions = 18, Unsupported = 35, Version = 12;
    private readonly ScriptedBroker[] _brokers = new ScriptedBroker[3];
    private readonly HashSet<ScriptedBroker> _ended = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers.Except(_ended))
        {
            await broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task Cluster_answers_while_a_majority_of_its_brokers_does()
    {
        using var admin = Start(bootstrap: 1);
        Assert.Equal(new BrokerLook(3, 3), await admin.LookAsync(Patience.Usual, Ct));

        await EndAsync(1);
        var one = await admin.LookAsync(Patience.Usual, Ct);
        Assert.Equal((new BrokerLook(2, 3), true), (one, one.IsAnswering));

        await EndAsync(2);
        var two = await admin.LookAsync(Patience.Usual, Ct);
        Assert.Equal((new BrokerLook(1, 3), false), (two, two.IsAnswering));

        await EndAsync(0);
        Assert.False((await admin.LookAsync(Patience.Usual, Ct)).IsAnswering);
    }

    private async Task EndAsync(int id)
    {
        _ended.Add(_brokers[id]);
        await _brokers[id].DisposeAsync();
    }

    private KafkaAdmin Start(int bootstrap)
    {
        for (var id = 0; id < _brokers.Length; id++)
        {
            _brokers[id] = new ScriptedBroker((api, version) => (api, version) switch
            {
                (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
                (Versions, _) => ScriptedBroker.Ranges((Metadata, Version, Version), (Versions, 0, 0)),
                (Metadata, _) => ScriptedBroker.Answer(Cluster(), Version),
                _ => null,
            }).Start();
        }

        var options = new KafkaOptions { BootstrapServers = _brokers[bootstrap].Address, SecurityProtocol = "PLAINTEXT" };
        return new KafkaAdmin(new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
    }

    private MetadataResponse Cluster() => new()
    {
        Brokers = [.. _brokers.Select((broker, id) => new MetadataResponse.MetadataResponseBroker { NodeId = id, Host = "127.0.0.1", Port = broker.Port })],
        ClusterId = "cluster",
        ControllerId = 0,
        Topics = [],
    };
}
