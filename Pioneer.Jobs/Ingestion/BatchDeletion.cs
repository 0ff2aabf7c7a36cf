using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Ingestion;

/// <summary>Deletes keys in a compacted topic, by a record without a value for each.</summary>
public sealed class BatchDeletion(KafkaClients clients, KafkaAdmin admin, TimeProvider time)
{
    /// <summary>Keys that are written before their acknowledgements are waited for.</summary>
    private const int ChunkKeys = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>False when a row of such a key was written since <paramref name="known"/>: it may stand before its deletion, which then is wrong.</summary>
    /// <param name="known">Where the topic ended when the keys were found.</param>
    public async Task<bool> DeleteAsync(string topic, IReadOnlyList<GoneKey> gone, IReadOnlyDictionary<int, (long Start, long End)> known, CancellationToken ct)
    {
        if (gone.Count == 0)
        {
            return true;
        }

        await WriteAsync(topic, gone, ct);
        var keys = gone.Select(key => key.Key).ToHashSet(ByteArrayComparer.Instance);
        var ends = await admin.OffsetsAsync(topic, ct);
        var overtaken = false;
        var started = time.GetTimestamp();
        using var watch = new BatchWatch(clients, topic, known);
        while (!watch.IsAt(ends))
        {
            if (time.GetElapsedTime(started) > Patience)
            {
                throw new KafkaUnavailableException($"read '{topic}' after deletions", $"its end was not reached within {Patience.TotalSeconds:0} s");
            }

            await watch.ReadAsync(key => overtaken |= keys.Contains(key), ct);
        }

        return !overtaken;
    }

    private async Task WriteAsync(string topic, IReadOnlyList<GoneKey> gone, CancellationToken ct)
    {
        using var producer = clients.Producer(null, config => config.MessageTimeoutMs = (int)Patience.TotalMilliseconds);
        foreach (var chunk in gone.SelectMany(key => key.Partitions.Select(partition => (key.Key, Partition: partition))).Chunk(ChunkKeys))
        {
            try
            {
                await Task.WhenAll(chunk.Select(place => producer.ProduceAsync(
                    new TopicPartition(topic, place.Partition), new Message<byte[]?, byte[]?> { Key = place.Key, Value = null, Headers = BatchHeaders.Deletion() }, ct)));
            }
            catch (KafkaException late) when (late.Error.Code is ErrorCode.Local_MsgTimedOut)
            {
                throw new KafkaUnavailableException($"write deletions into '{topic}'", $"they were not acknowledged within {Patience.TotalSeconds:0} s", late);
            }
        }
    }
}
