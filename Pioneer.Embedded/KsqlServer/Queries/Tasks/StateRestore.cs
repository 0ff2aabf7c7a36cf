using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>Brings the stores of tasks back from their changelogs, from the start to the end of what is committed.</summary>
internal static class StateRestore
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads all changelogs; returns how many records there were.</summary>
    /// <param name="consumer">A consumer of committed records that tells of ends; its assignment is used up.</param>
    /// <param name="tasks">The tasks, as they were made.</param>
    /// <param name="clients">Know when the brokers refuse the sign-in.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was stopped before the end.</exception>
    public static long Run(IConsumer<byte[]?, byte[]?> consumer, TaskSet tasks, KafkaClients clients, CancellationToken stop)
    {
        var open = tasks.Changelogs.ToHashSet();
        if (open.Count == 0)
        {
            return 0;
        }

        consumer.Assign(open.Select(p => new TopicPartitionOffset(p, Offset.Beginning)).ToList());
        var count = 0L;
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (consumer.Consume(PollInterval) is not { } result)
            {
                clients.ThrowIfRefused();
            }
            else if (result.IsPartitionEOF)
            {
                open.Remove(result.TopicPartition);
            }
            else
            {
                tasks.Restore(result.TopicPartition, result.Message.Key, result.Message.Value);
                count++;
            }
        }

        consumer.Unassign();
        return count;
    }
}
