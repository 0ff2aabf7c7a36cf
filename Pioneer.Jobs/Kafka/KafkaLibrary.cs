using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>The native library under Confluent.Kafka, held to the release that the client was made for before anything uses it.</summary>
public static class KafkaLibrary
{
    /// <exception cref="StartException">Another release is loaded, or none can be.</exception>
    public static void Require()
    {
        if (NativeKafka.Refusal(typeof(Library).Assembly, () => Library.Version) is { } reason)
        {
            throw new StartException(reason);
        }
    }
}
