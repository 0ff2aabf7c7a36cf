using System.Collections.Immutable;
using System.Text;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Ksql.Types;

namespace Pioneer.Jobs.Seeding;

/// <summary>What a seed run put into one partition of the delivery topic.</summary>
/// <param name="From">First offset that belongs to the run.</param>
/// <param name="To">The offset of its completion record.</param>
/// <param name="OldestMs">The oldest timestamp of a row; null for none. By it the topic deletes.</param>
internal sealed record DeliveredPartition(int Partition, long From, long To, RowSet Rows, long? OldestMs);

/// <summary>Folds one partition of a delivery topic from where a seed began to the run's completion record: while it was seeded nobody else wrote to it.</summary>
public sealed class SeedDeliveryReader(KafkaClients clients, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200), Patience = TimeSpan.FromSeconds(30);

    internal Task<DeliveredPartition> ReadAsync(
        SeedTarget target, TopicPartition partition, long from, long end, ImmutableArray<Column> columns, UnreadableRecords unreadable,
        CancellationToken ct) =>
        Task.Run(() =>
        {
            var rows = new RowSet();
            long? oldestMs = null;
            var marker = target.Run.Value.ToString("n");
            using var consumer = clients.Consumer(target.Seeder, null, config => config.AutoOffsetReset = AutoOffsetReset.Earliest);
            consumer.Assign(new TopicPartitionOffset(partition, from));
            var patience = new ReadPatience(partition, Patience, time);
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                var record = consumer.Consume(Poll);
                patience.Saw(record);
                if (record is null)
                {
                    continue;
                }

                if (record.Offset.Value >= end || IsCompletionOf(record, marker))
                {
                    consumer.Close();
                    return new DeliveredPartition(partition.Partition.Value, from, record.Offset.Value, rows, oldestMs);
                }

                if (!record.IsPartitionEOF && record.Message is { Key: { } key, Value: { } value, Timestamp: var timestamp })
                {
                    oldestMs = Math.Min(oldestMs ?? long.MaxValue, timestamp.UnixTimestampMs);
                    if (unreadable.Read(record.TopicPartitionOffset, key, value, columns, columns.Length) is { } cells)
                    {
                        rows.Put(columns, cells);
                    }
                }
            }
        }, ct);

    private static bool IsCompletionOf(ConsumeResult<byte[]?, byte[]?> record, string run) =>
        !record.IsPartitionEOF && record.Message.Headers is { } headers
        && headers.TryGetLastBytes(SeedHeaders.Complete, out var value) && Encoding.UTF8.GetString(value) == run;
}
