using System.Collections.Concurrent;
using Pioneer.Domain;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// The delivery topics that streams of this process read: one consumer at the live end of each, however many streams there are, and a few for those that
/// catch up.
/// </summary>
public sealed class SharedTopics
{
    /// <summary>Streams of one tenant that read what is behind at the same time; the others wait.</summary>
    private const int CatchUpsOfATenant = 4;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _catchUps = new(StringComparer.Ordinal);
    private readonly Shared<(string Topic, KafkaPrincipal Reader), SharedTopic> _open;

    public SharedTopics(KafkaAdmin kafka, KafkaClients clients, TimeProvider time, ILogger<SharedTopics> logger)
        : this((topic, reader) => new DeliveryFollower(topic, reader, kafka, clients, time, logger), time)
    {
    }

    internal SharedTopics(Func<string, KafkaPrincipal, ITopicFollower> follower, TimeProvider time) =>
        _open = new(key => new SharedTopic(follower(key.Topic, key.Reader), time));

    /// <summary>The topic as one more stream reads it, until that is disposed.</summary>
    internal Shared<(string Topic, KafkaPrincipal Reader), SharedTopic>.Use Open(string topic, KafkaPrincipal reader) => _open.Take((topic, reader));

    /// <summary>The places of a tenant's streams that read for themselves.</summary>
    internal SemaphoreSlim CatchUpsOf(KafkaPrincipal reader) => _catchUps.GetOrAdd(reader.Username, _ => new SemaphoreSlim(CatchUpsOfATenant));
}
