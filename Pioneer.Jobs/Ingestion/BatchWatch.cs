using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Ingestion;

/// <summary>Follows what a batch writes into its topic, committed records only, from given offsets on. One thread at a time.</summary>
internal sealed class BatchWatch : IDisposable
{
    private const int MostAtOnce = 5000;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<int, long> _position;

    /// <param name="from">The first offset that counts, by partition.</param>
    public BatchWatch(KafkaClients clients, string topic, IReadOnlyDictionary<int, (long Start, long End)> from)
    {
        _position = from.ToDictionary(partition => partition.Key, partition => partition.Value.End);
        _consumer = clients.Consumer(null, null, config => config.AutoOffsetReset = AutoOffsetReset.Earliest);
        _consumer.Assign(from.Select(partition => new TopicPartitionOffset(topic, partition.Key, partition.Value.End)));
    }

    /// <summary>Rows that were written.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether everything below those ends was read.</summary>
    public bool IsAt(IReadOnlyDictionary<int, (long Start, long End)> ends) => ends.All(end => _position.GetValueOrDefault(end.Key) >= end.Value.End);

    /// <summary>Hands out the keys of the rows that have come, deletions are none; false when no row has come for a moment.</summary>
    public Task<bool> ReadAsync(Action<byte[]> row, CancellationToken ct) => Task.Run(() =>
    {
        var rows = Rows;
        for (var count = 0; count < MostAtOnce && _consumer.Consume(Poll) is { } record; count++)
        {
            ct.ThrowIfCancellationRequested();
            // the end of a partition lies behind markers of transactions, which are no records
            _position[record.Partition.Value] = record.IsPartitionEOF ? record.Offset.Value : record.Offset.Value + 1;
            if (record is { IsPartitionEOF: false, Message: { Key: { } key, Value: not null } })
            {
                Rows++;
                row(key);
            }
        }

        return Rows > rows;
    }, ct);

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }
}
