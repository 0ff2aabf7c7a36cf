using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>The latest record of a key below a bound.</summary>
public sealed record FoldedRow(byte[] Key, byte[] Value, long Offset, Timestamp Timestamp);

/// <summary>
/// Folds one partition of a topic into the latest value of each key, read committed, from its beginning to a bound. A null value removes the key.
/// Memory: the keys and values that are alive in that one partition.
/// </summary>
public sealed class TopicFold(KafkaClients clients, TimeProvider time)
{
    private const int BatchRecords = 5000;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nothing may come before the read is given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Rows in the order of their offsets.</summary>
    /// <param name="reader">Who reads; null is the platform itself.</param>
    /// <param name="from">First offset to read; offsets that compaction removed are passed over.</param>
    /// <param name="bound">First offset not to read any more.</param>
    /// <exception cref="KafkaUnavailableException">Nothing came for <see cref="Patience"/>.</exception>
    public async Task<IReadOnlyList<FoldedRow>> FoldAsync(KafkaPrincipal? reader, TopicPartition partition, long from, long bound, CancellationToken ct)
    {
        if (bound <= from)
        {
            return [];
        }

        var rows = new Dictionary<byte[], FoldedRow>(ByteArrayComparer.Instance);
        using var consumer = clients.Consumer(reader, null, config => config.AutoOffsetReset = AutoOffsetReset.Earliest);
        consumer.Assign(new TopicPartitionOffset(partition, from));
        var patience = new ReadPatience(partition, Patience, time);
        // the consumer blocks in native code, so a batch at a time runs on the thread pool
        while (await Task.Run(() => FoldBatch(consumer, bound, rows, patience), ct))
        {
            ct.ThrowIfCancellationRequested();
        }

        consumer.Close();
        return [.. rows.Values.OrderBy(row => row.Offset)];
    }

    /// <summary>Folds what has arrived; false once everything below the bound was seen.</summary>
    private static bool FoldBatch(IConsumer<byte[]?, byte[]?> consumer, long bound, Dictionary<byte[], FoldedRow> rows, ReadPatience patience)
    {
        for (var count = 0; count < BatchRecords; count++)
        {
            var record = consumer.Consume(Poll);
            patience.Saw(record);
            if (record is null)
            {
                return true;
            }

            // the end of the partition passes the bound even where control records lie between the last record and it
            if (record.Offset.Value >= bound)
            {
                return false;
            }

            if (!record.IsPartitionEOF && record.Message.Key is { } key)
            {
                Apply(rows, key, record);
            }
        }

        return true;
    }

    private static void Apply(Dictionary<byte[], FoldedRow> rows, byte[] key, ConsumeResult<byte[]?, byte[]?> record)
    {
        if (record.Message.Value is { } value)
        {
            rows[key] = new FoldedRow(key, value, record.Offset.Value, record.Message.Timestamp);
        }
        else
        {
            rows.Remove(key);
        }
    }
}
