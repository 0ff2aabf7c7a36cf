using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Streams;
using Pioneer.Streams.Stores;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>A task at work.</summary>
/// <param name="Part">Its part of the topology.</param>
/// <param name="Partition">Its partition of each of its topics.</param>
/// <param name="Task">What does the work.</param>
internal sealed record RunningTask(int Part, int Partition, StreamTask Task);

/// <summary>All tasks of a query, in one thread, and the changelogs of their stores.</summary>
internal sealed class TaskSet
{
    private readonly Dictionary<TopicPartition, (RunningTask Task, IStore Store)> _stores = [];
    private readonly ImmutableArray<ChangelogWriter> _changelogs;

    public TaskSet(TaskLayout layout, TaskEnvironment environment)
    {
        Tasks =
        [
            .. layout.Partitions.SelectMany((count, part) => Enumerable.Range(0, count)
                .Select(partition => new RunningTask(part, partition, layout.Topology.CreateTask(part, partition, environment)))),
        ];
        var changelogs = ImmutableArray.CreateBuilder<ChangelogWriter>();
        foreach (var task in Tasks)
        {
            foreach (var store in task.Task.Stores)
            {
                var topic = layout.Topology.ChangelogOf(store.Spec);
                _stores[new TopicPartition(topic, task.Partition)] = (task, store);
                changelogs.Add(new ChangelogWriter(topic, task.Partition, store, task.Task.Marks));
            }
        }

        _changelogs = changelogs.ToImmutable();
    }

    /// <summary>The tasks, by part and partition.</summary>
    public ImmutableArray<RunningTask> Tasks { get; }

    /// <summary>Where the state of the tasks is kept.</summary>
    public IReadOnlyCollection<TopicPartition> Changelogs => _stores.Keys;

    /// <summary>Makes a change again that a changelog tells of.</summary>
    public void Restore(TopicPartition changelog, byte[]? key, byte[]? value)
    {
        var (task, store) = _stores[changelog];
        ChangelogCodec.Restore(key ?? [], value, store, task.Task.Marks);
    }

    /// <summary>Writes what has changed since the last time.</summary>
    /// <param name="send">Takes topic, partition, key and value of a record.</param>
    public void Flush(Action<string, int, byte[], byte[]?> send)
    {
        foreach (var changelog in _changelogs)
        {
            changelog.Flush(send);
        }
    }
}
