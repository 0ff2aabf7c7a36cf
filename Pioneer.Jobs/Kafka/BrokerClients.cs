using System.Collections.Concurrent;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>A client for each single broker that is asked for itself: a leader, a coordinator, one that is looked at. Safe to share between threads.</summary>
internal sealed class BrokerClients(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<BrokerEndpoint, BrokerClient> _clients = new();

    /// <summary>The client of the broker at the address; it connects when it is first used.</summary>
    public BrokerClient Of(BrokerEndpoint broker) => _clients.GetOrAdd(broker, address => new BrokerClient([address], options, time, logger, isNode: true));

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
