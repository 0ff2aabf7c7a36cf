using Confluent.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// What is known of a topic's state while it is read, one partition after the other. In a partition the later offset wins, as compaction has it; between
/// partitions the later timestamp. Deletions are kept until the end: one may be newer than a value in a partition that is read later.
/// </summary>
internal sealed class TopicState(bool keepsValues = true)
{
    private readonly Dictionary<byte[], Latest> _topic = new(ByteArrayComparer.Instance);
    private readonly Dictionary<byte[], SortedSet<int>> _doubled = new(ByteArrayComparer.Instance);
    private Dictionary<byte[], Latest> _partition = new(ByteArrayComparer.Instance);
    private long? _newestMs;

    /// <summary>Takes the next record of the partition that is being read.</summary>
    public void Apply(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (record.Message is not { Key: { } key } message)
        {
            return;
        }

        _partition[key] = new Latest(keepsValues || message.Value is null ? message.Value : [], record.Partition.Value, record.Offset.Value, message.Timestamp);
        if (message.Timestamp.Type is not TimestampType.NotAvailable)
        {
            _newestMs = Math.Max(_newestMs ?? long.MinValue, message.Timestamp.UnixTimestampMs);
        }
    }

    /// <summary>Everything of the partition was read: joins it with the others.</summary>
    public void EndPartition()
    {
        foreach (var (key, latest) in _partition)
        {
            if (_topic.TryGetValue(key, out var other))
            {
                if (other.Value is not null || latest.Value is not null)
                {
                    Doubled(key).UnionWith([other.Partition, latest.Partition]);
                }

                if (other.Timestamp.UnixTimestampMs > latest.Timestamp.UnixTimestampMs)
                {
                    continue;
                }
            }

            _topic[key] = latest;
        }

        _partition = new(ByteArrayComparer.Instance);
    }

    public FoldedTopic ToFolded() => new(
        [
            .. _topic.Where(pair => pair.Value.Value is not null)
                .Select(pair => new FoldedRow(pair.Key, pair.Value.Value!, pair.Value.Partition, pair.Value.Offset, pair.Value.Timestamp))
                .OrderBy(row => row.Partition).ThenBy(row => row.Offset),
        ],
        [.. _doubled.Select(pair => new DoubledKey(pair.Key, pair.Value)).OrderBy(doubled => doubled.ToString(), StringComparer.Ordinal)],
        _newestMs is { } newest ? DateTimeOffset.FromUnixTimeMilliseconds(newest) : null);

    private SortedSet<int> Doubled(byte[] key)
    {
        if (!_doubled.TryGetValue(key, out var partitions))
        {
            _doubled[key] = partitions = [];
        }

        return partitions;
    }

    private readonly record struct Latest(byte[]? Value, int Partition, long Offset, Timestamp Timestamp);
}
