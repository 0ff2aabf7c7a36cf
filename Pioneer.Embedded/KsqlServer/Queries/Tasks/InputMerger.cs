using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>
/// Brings what the tasks of a query read into order: partitions that a task takes from together are merged by the times of their records. One
/// thread, but for <see cref="Arrived"/>.
/// </summary>
internal sealed class InputMerger
{
    /// <summary>A partition of which so many records wait is held back, until the second number is left.</summary>
    private const int ManyWaiting = 5_000;

    private const int FewWaiting = 1_000;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<TopicPartition, InputPartition> _partitions = [];
    private readonly Dictionary<InputPartition, InputGroup> _groups = [];
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    public InputMerger(TaskSet tasks, IReadOnlySet<string> inner, IReadOnlySet<string> tables, IConsumer<byte[]?, byte[]?> consumer)
    {
        _consumer = consumer;
        foreach (var task in tasks.Tasks)
        {
            foreach (var topic in task.Task.Topics)
            {
                var at = new TopicPartition(topic, task.Partition);
                if (!_partitions.TryGetValue(at, out var partition))
                {
                    // A row of a table goes before the record that looks it up.
                    _partitions[at] = partition = new InputPartition(at, inner.Contains(topic), tables.Contains(topic) ? 0 : 1);
                }

                partition.Tasks.Add(task);
            }
        }

        Group();
    }

    /// <summary>All partitions that are read.</summary>
    public IReadOnlyCollection<InputPartition> Partitions => _partitions.Values;

    /// <summary>The groups with records that wait.</summary>
    public IEnumerable<InputGroup> Waiting => Groups.Where(g => g.Partitions.Any(p => p.Waiting.Count > 0));

    private IEnumerable<InputGroup> Groups => _groups.Values.Distinct();

    /// <summary>The partition that a record lies in.</summary>
    public InputPartition this[TopicPartition at] => _partitions[at];

    /// <summary>Takes what the consumer gives.</summary>
    /// <returns>The group that it belongs to.</returns>
    public InputGroup Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        var partition = _partitions[result.TopicPartition];
        if (result.IsPartitionEOF)
        {
            // The end may lie behind transaction markers that no record tells about; without this the lag would never be 0.
            partition.Next = Math.Max(partition.Next, result.Offset.Value);
            partition.IsAtEnd = partition.WasAtEnd = true;
            return _groups[partition];
        }

        if (result.Offset.Value < partition.Next)
        {
            throw new LogWentBackException(result.Topic, result.Partition.Value, result.Offset.Value, partition.Next);
        }

        partition.Waiting.Enqueue(result);
        (partition.Next, partition.ReadEpoch) = (result.Offset.Value + 1, result.LeaderEpoch);
        partition.IsAtEnd = false;
        if (partition.Waiting.Count >= ManyWaiting && !partition.IsPaused)
        {
            _consumer.Pause([partition.At]);
            partition.IsPaused = true;
        }

        return _groups[partition];
    }

    /// <summary>Gives the next record of a group, if its turn has come, and the partition with the tasks that take it.</summary>
    public (InputPartition Partition, ConsumeResult<byte[]?, byte[]?> Record)? Take(InputGroup group)
    {
        if (group.Next(_written) is not { } partition)
        {
            return null;
        }

        var record = partition.Waiting.Dequeue();
        partition.LeaderEpoch = record.LeaderEpoch;
        if (partition.IsPaused && partition.Waiting.Count <= FewWaiting)
        {
            _consumer.Resume([partition.At]);
            partition.IsPaused = false;
        }

        return (partition, record);
    }

    /// <summary>The query writes to a topic in the open transaction.</summary>
    /// <returns>Whether <see cref="Arrived"/> must be told where the record went.</returns>
    public bool Writes(string topic)
    {
        if (!_awaited.Contains(topic))
        {
            return false;
        }

        _written.Add(topic);
        return true;
    }

    /// <summary>A record of the query arrived in a topic inside it. From any thread.</summary>
    public void Arrived(TopicPartitionOffset at)
    {
        if (_partitions.TryGetValue(at.TopicPartition, out var partition))
        {
            partition.Expect(at.Offset.Value);
        }
    }

    /// <summary>The transaction is committed, and what was written in it can be read.</summary>
    public void Committed() => _written.Clear();

    // Partitions belong together when a task reads them both.
    private void Group()
    {
        var groups = new List<List<InputPartition>>();
        foreach (var partition in _partitions.Values)
        {
            var joined = groups.Where(g => g.Exists(p => p.Tasks.Intersect(partition.Tasks).Any())).ToList();
            groups.RemoveAll(joined.Contains);
            groups.Add([.. joined.SelectMany(g => g), partition]);
        }

        foreach (var group in groups.Select(g => new InputGroup(g, End)))
        {
            foreach (var partition in group.Partitions)
            {
                _groups[partition] = group;
            }

            if (group.WaitsForOwn)
            {
                _awaited.UnionWith(group.Partitions.Where(p => p.IsInternal).Select(p => p.At.Topic));
            }
        }
    }

    // What the last answer to a fetch said.
    private long End(TopicPartition partition) => _consumer.GetWatermarkOffsets(partition).High.Value;
}
