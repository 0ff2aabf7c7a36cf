using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Folds a topic into the latest value of each key, read committed, from its beginning to a bound in each partition (<see cref="TopicState"/> says what
/// 'latest' is). A null value removes the key. Memory: the keys and values that are alive in the topic.
/// </summary>
public sealed class TopicFold(KafkaClients clients, TimeProvider time)
{
    private const int BatchRecords = 5000;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nothing may come before the read is given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The topic's state.</summary>
    /// <param name="reader">Who reads; null is the platform itself.</param>
    /// <param name="bounds">Index = partition, value = the first offset not to read any more; offsets that compaction removed are passed over.</param>
    /// <exception cref="KafkaUnavailableException">Nothing came for <see cref="Patience"/>.</exception>
    public Task<FoldedTopic> FoldAsync(KafkaPrincipal? reader, string topic, ImmutableArray<long> bounds, CancellationToken ct) =>
        FoldAsync(reader, topic, bounds, new TopicState(), ct);

    /// <summary>As the other, for whoever asks for keys only: the values of its rows are empty, and only the keys are held in memory.</summary>
    public Task<FoldedTopic> FoldKeysAsync(KafkaPrincipal? reader, string topic, ImmutableArray<long> bounds, CancellationToken ct) =>
        FoldAsync(reader, topic, bounds, new TopicState(keepsValues: false), ct);

    private async Task<FoldedTopic> FoldAsync(KafkaPrincipal? reader, string topic, ImmutableArray<long> bounds, TopicState state, CancellationToken ct)
    {
        for (var partition = 0; partition < bounds.Length; partition++)
        {
            await ReadAsync(reader, new TopicPartition(topic, partition), bounds[partition], state, ct);
            state.EndPartition();
        }

        return state.ToFolded();
    }

    private async Task ReadAsync(KafkaPrincipal? reader, TopicPartition partition, long bound, TopicState state, CancellationToken ct)
    {
        if (bound <= 0)
        {
            return;
        }

        using var consumer = clients.Consumer(reader, null, config => config.AutoOffsetReset = AutoOffsetReset.Earliest);
        consumer.Assign(new TopicPartitionOffset(partition, 0));
        var patience = new ReadPatience(partition, Patience, time);
        // the consumer blocks in native code, so a batch at a time runs on the thread pool
        while (await Task.Run(() => ReadBatch(consumer, bound, state, patience), ct))
        {
            ct.ThrowIfCancellationRequested();
        }

        consumer.Close();
    }

    /// <summary>Reads what has arrived; false once everything below the bound was seen.</summary>
    private static bool ReadBatch(IConsumer<byte[]?, byte[]?> consumer, long bound, TopicState state, ReadPatience patience)
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

            if (!record.IsPartitionEOF)
            {
                state.Apply(record);
            }
        }

        return true;
    }
}
