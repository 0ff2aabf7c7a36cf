using System.Collections.Immutable;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>Records of <c>__transaction_state</c> in Kafka's format (TransactionLogKey 0 / Value 0).</summary>
internal static class TransactionRecords
{
    public static byte[] Key(string transactionalId) => new StateWriter().Int16(0).String(transactionalId).ToArray();

    public static StateRecord Write(string transactionalId, TransactionMetadata metadata)
    {
        var value = new StateWriter().Int16(0).Int64(metadata.ProducerId).Int16(metadata.ProducerEpoch).Int32(metadata.TimeoutMs)
            .Int8((byte)metadata.State);
        var topics = metadata.Partitions.GroupBy(p => p.Topic).ToList();
        value.Int32(topics.Count);
        foreach (var topic in topics)
        {
            value.String(topic.Key).Int32(topic.Count());
            foreach (var partition in topic)
            {
                value.Int32(partition.Partition);
            }
        }

        return new StateRecord(Key(transactionalId), value.Int64(metadata.UpdatedMs).Int64(metadata.StartedMs).ToArray());
    }

    public static string? ReadKey(ReadOnlySpan<byte> key)
    {
        var reader = new StateReader(key);
        return reader.Int16() == 0 ? reader.String() : null;
    }

    public static TransactionMetadata Read(ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        reader.Int16();
        var producerId = reader.Int64();
        var epoch = reader.Int16();
        var timeout = reader.Int32();
        var state = (TransactionState)reader.Int8();
        var partitions = ImmutableHashSet.CreateBuilder<TopicPartition>();
        for (var topics = reader.Int32(); topics > 0; topics--)
        {
            var topic = reader.String();
            for (var count = reader.Int32(); count > 0; count--)
            {
                partitions.Add(new TopicPartition(topic, reader.Int32()));
            }
        }

        return new TransactionMetadata(producerId, epoch, timeout, state, partitions.ToImmutable(), reader.Int64(), reader.Int64());
    }
}
