using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>Ends a read that brings nothing any more: librdkafka waits without a word for brokers that are down, and for topics that it may not see.</summary>
internal sealed class ReadPatience(TopicPartition partition, TimeSpan limit, TimeProvider time)
{
    private long _last = time.GetTimestamp();

    /// <summary>To be told of each answer of the consumer; null is 'nothing yet'.</summary>
    /// <exception cref="KafkaUnavailableException">Nothing came for too long.</exception>
    public void Saw(ConsumeResult<byte[]?, byte[]?>? answer)
    {
        if (answer is not null)
        {
            _last = time.GetTimestamp();
        }
        else if (time.GetElapsedTime(_last) > limit)
        {
            throw new KafkaUnavailableException($"read {partition.Topic}-{partition.Partition.Value}", $"nothing came for {limit.TotalSeconds:0} s");
        }
    }
}
