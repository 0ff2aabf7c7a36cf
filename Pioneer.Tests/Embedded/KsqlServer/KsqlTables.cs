using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;
using Pioneer.Tests.Embedded.BrokerClients;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>Writes records with times, and reads topics as tables: the latest committed value of each key.</summary>
internal static class KsqlTables
{
    public static async Task WriteAsync(BrokerHarness broker, string topic, params IEnumerable<(string? Key, string? Value, long TimeMs)> records)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(broker.Client()) { Partitioner = Partitioner.Murmur2Random, LingerMs = 2, EnableIdempotence = true }).Build();
        await Task.WhenAll(records.Select(record => producer.ProduceAsync(topic, new Message<byte[]?, byte[]?>
        {
            Key = Bytes(record.Key),
            Value = Bytes(record.Value),
            Timestamp = new Timestamp(record.TimeMs, TimestampType.CreateTime),
        })));
    }

    /// <summary>Reads until the table is as wanted, or patience ends; gives what it is then.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="isDone">Whether it is as wanted.</param>
    /// <param name="key">What a key is shown as.</param>
    public static SortedDictionary<string, string> Read(
        BrokerHarness broker, string topic, Func<SortedDictionary<string, string>, bool> isDone, Func<byte[], string>? key = null)
    {
        var table = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in Records(broker, topic, () => isDone(table)))
        {
            var name = (key ?? Encoding.UTF8.GetString)(record.Message.Key ?? []);
            if (record.Message.Value is { } value)
            {
                table[name] = Encoding.UTF8.GetString(value);
            }
            else
            {
                table.Remove(name);
            }
        }

        return table;
    }

    /// <summary>All committed records until there is enough.</summary>
    public static IEnumerable<ConsumeResult<byte[]?, byte[]?>> Records(BrokerHarness broker, string topic, Func<bool> isEnough)
    {
        var config = new ConsumerConfig(broker.Client())
        {
            GroupId = "reader-" + Guid.CreateVersion7().ToString("N"), IsolationLevel = IsolationLevel.ReadCommitted, EnablePartitionEof = true, FetchWaitMaxMs = 100,
        };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
        var partitions = broker.Admin().GetMetadata(topic, Patience.Usual).Topics[0].Partitions;
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        var began = TimeProvider.System.GetTimestamp();
        var ended = new HashSet<int>();
        while (TimeProvider.System.GetElapsedTime(began) < Patience.Usual && !(ended.Count == partitions.Count && isEnough()))
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(100));
            if (result is { IsPartitionEOF: true })
            {
                ended.Add(result.Partition.Value);
            }
            else if (result is not null)
            {
                ended.Remove(result.Partition.Value);
                yield return result;
            }
        }
    }

    /// <summary>A key with the start of its window behind it, as Kafka Streams writes it.</summary>
    public static string Windowed(byte[] key) =>
        $"{Encoding.UTF8.GetString(key.AsSpan(0, key.Length - 8))}@{BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(key.Length - 8))}";

    /// <summary>A key with the end and the start of its session behind it.</summary>
    public static string InSession(byte[] key) =>
        $"{Encoding.UTF8.GetString(key.AsSpan(0, key.Length - 16))}@{BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(key.Length - 8))}"
        + $"-{BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(key.Length - 16))}";

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
