using System.Collections.Concurrent;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>What brokers keep on their disks.</summary>
/// <param name="Bytes">Size of each replica, by partition and broker.</param>
/// <param name="Unread">Why brokers did not tell, by their ids.</param>
internal sealed record LogDirReading(
    IReadOnlyDictionary<(TopicPartition Partition, int Broker), long> Bytes, IReadOnlyDictionary<int, string> Unread);

/// <summary>
/// Sizes of replicas (DescribeLogDirs, KIP-113), which Confluent.Kafka does not have: each broker is asked for its own. Needs DESCRIBE on the cluster. Safe to
/// share between threads.
/// </summary>
internal sealed class LogDirs(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const string Action = "read the sizes of logs";

    private readonly BrokerClients _brokers = new(options, time, logger);

    /// <summary>Sizes of the partitions on the brokers given. A broker that does not tell keeps no other from being read.</summary>
    public async Task<LogDirReading> TryReadAsync(
        IReadOnlyDictionary<int, BrokerEndpoint> brokers, IReadOnlyCollection<TopicPartition> partitions, CancellationToken ct)
    {
        var bytes = new ConcurrentDictionary<(TopicPartition, int), long>();
        var unread = new ConcurrentDictionary<int, string>();
        if (partitions.Count > 0)
        {
            await Task.WhenAll(brokers.Select(broker => AskAsync(broker.Key, broker.Value, partitions, bytes, unread, ct)));
        }

        return new LogDirReading(bytes, unread);
    }

    public void Dispose() => _brokers.Dispose();

    private async Task AskAsync(
        int id, BrokerEndpoint address, IReadOnlyCollection<TopicPartition> partitions, ConcurrentDictionary<(TopicPartition, int), long> bytes,
        ConcurrentDictionary<int, string> unread, CancellationToken ct)
    {
        var request = new DescribeLogDirsRequest
        {
            Topics =
            [
                .. partitions.GroupBy(partition => partition.Topic, StringComparer.Ordinal).Select(topic => new DescribeLogDirsRequest.DescribableLogDirTopic
                {
                    Topic = topic.Key, Partitions = [.. topic.Select(partition => partition.Partition.Value)],
                }),
            ],
        };
        try
        {
            var answer = await _brokers.Of(address).SendAsync<DescribeLogDirsResponse>(Action, request, 1, ct);
            foreach (var found in from directory in answer.Results
                                  from topic in directory.Topics
                                  from partition in topic.Partitions
                                  where !partition.IsFutureKey
                                  select (Name: new TopicPartition(topic.Name, partition.PartitionIndex), partition.PartitionSize))
            {
                bytes[(found.Name, id)] = found.PartitionSize;
            }

            var refused = answer.Results.Select(directory => directory.ErrorCode).Prepend(answer.ErrorCode).FirstOrDefault(code => code != 0);
            if (refused != 0)
            {
                unread[id] = $"Broker {id} does not tell sizes: {new Error((ErrorCode)refused).Reason}.";
            }
        }
        catch (Exception failure) when (failure is KafkaUnavailableException or KafkaRequestException)
        {
            unread[id] = $"Broker {id} does not tell sizes: {failure.InnerException?.Message ?? failure.Message}.";
        }
    }
}
