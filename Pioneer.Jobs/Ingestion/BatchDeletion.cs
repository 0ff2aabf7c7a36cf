using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Ingestion;

/// <summary>Deletes keys in a compacted topic, by a record without a value for each.</summary>
public sealed class BatchDeletion(KafkaClients clients, KafkaAdmin admin, TimeProvider time)
{
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
        var refused = (Error?)null;
        using var producer = clients.Producer(null);
        foreach (var (key, partition) in gone.SelectMany(key => key.Partitions.Select(partition => (key.Key, partition))))
        {
            var deletion = new Message<byte[]?, byte[]?> { Key = key, Value = null, Headers = BatchHeaders.Deletion() };
            while (!TryProduce(producer, new TopicPartition(topic, partition), deletion))
            {
                await Task.Run(() => producer.Poll(TimeSpan.FromMilliseconds(100)), ct);
            }
        }

        var left = await Task.Run(() => producer.Flush(Patience), ct);
        if (refused is { } error)
        {
            throw KafkaAdmin.Failure($"write deletions into '{topic}'", error.Code, error.Reason);
        }

        if (left > 0)
        {
            throw new KafkaUnavailableException($"write deletions into '{topic}'", $"{left} were not acknowledged within {Patience.TotalSeconds:0} s");
        }

        bool TryProduce(IProducer<byte[]?, byte[]?> to, TopicPartition where, Message<byte[]?, byte[]?> what)
        {
            try
            {
                to.Produce(where, what, report => refused ??= report.Error.IsError ? report.Error : null);
                return true;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code is ErrorCode.Local_QueueFull)
            {
                return false;
            }
        }
    }
}
