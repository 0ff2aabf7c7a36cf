using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// A coordinator's own compacted topic: state as keyed records, a null value deletes. Each key hashes to a fixed partition, as Kafka
/// clients expect of <c>__consumer_offsets</c>.
/// </summary>
internal sealed class StateLog
{
    private const int LoadChunkBytes = 1 << 20;
    private readonly ImmutableArray<PartitionLog> _partitions;
    private readonly TimeProvider _time;

    /// <summary>Opens the topic's partitions, creating them at first start; their number is fixed then.</summary>
    public StateLog(LogManager logs, Guid topicId, string topic, int partitions, TimeProvider time)
    {
        _time = time;
        Topic = topic;
        var existing = logs.Partitions.Count(l => l.TopicId == topicId);
        var config = new LogConfig { Compact = true, Delete = false, SegmentBytes = 16 * 1024 * 1024, MaxMessageBytes = int.MaxValue };
        _partitions =
        [
            .. Enumerable.Range(0, existing > 0 ? existing : partitions)
                .Select(p => logs.GetOrCreate(topicId, new TopicPartition(topic, p), config)),
        ];
    }

    public string Topic { get; }

    public int Count => _partitions.Length;

    /// <summary>Java's <c>abs(key.hashCode()) % partitions</c>, so that tools find a group where they look for it.</summary>
    public int PartitionOf(string key)
    {
        var hash = 0;
        foreach (var c in key)
        {
            hash = unchecked((31 * hash) + c);
        }

        return (hash & int.MaxValue) % _partitions.Length;
    }

    /// <summary>Appends records as one batch: all of them or none.</summary>
    public AppendResult Append(int partition, IEnumerable<StateRecord> records, long producerId = BatchHeader.NoProducerId, short producerEpoch = -1)
    {
        var builder = new RecordBatchBuilder
        {
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            Transactional = producerId != BatchHeader.NoProducerId,
        };
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var record in records)
        {
            builder.Add(now, record.Key, record.Value);
        }

        return _partitions[partition].AppendInternal(builder.Build());
    }

    /// <summary>Every batch of a partition, oldest first.</summary>
    /// <exception cref="IOException">The log cannot be read: the coordinator must not start half-loaded.</exception>
    public IEnumerable<(BatchHeader Header, ReadOnlyMemory<byte> Batch)> Load(int partition)
    {
        var log = _partitions[partition];
        var offset = log.Offsets.LogStartOffset;
        while (true)
        {
            using var read = log.Read(offset, LoadChunkBytes);
            if (read.Error != ErrorCode.None)
            {
                throw new IOException($"cannot load {log.Name} at offset {offset}: {read.Error}");
            }

            var rest = read.Records;
            while (BatchHeader.TryRead(rest.Span, out var header))
            {
                yield return (header, rest[..header.TotalBytes]);
                rest = rest[header.TotalBytes..];
            }

            if (read.Records.Length == 0)
            {
                yield break;
            }

            offset = read.NextOffset;
        }
    }
}
