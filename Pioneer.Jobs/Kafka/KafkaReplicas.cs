using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Provisioning;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Which brokers a cluster has, those that are down included (KIP-1073), and where replicas are to be (KIP-455): requests that Confluent.Kafka does
/// not have, on a connection of our own. Safe to share between threads; they take turns. Failures are those of <see cref="KafkaAdmin"/>.
/// </summary>
public sealed class KafkaReplicas(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaReplicas> logger) : IDisposable
{
    /// <summary>The first version of DescribeCluster that tells of brokers that are down.</summary>
    private const short FirstWithFenced = 2;

    private readonly BrokerClient _brokers = BrokerClient.OfCluster(options.Value, time, logger);

    /// <summary>The brokers, up and down, as whichever broker answers knows them.</summary>
    public async Task<ObservedBrokers> BrokersAsync(CancellationToken ct)
    {
        const string action = "list the brokers";
        return await _brokers.CallAsync(action, async (connection, token) =>
        {
            var tells = connection.VersionOf(ApiKey.DescribeCluster, FirstWithFenced) is not null;
            var answer = await connection.SendAsync<DescribeClusterResponse>(new DescribeClusterRequest { IncludeFencedBrokers = tells }, 0, token);
            KafkaAdmin.ThrowIfFailed(action, (ErrorCode)answer.ErrorCode, answer.ErrorMessage);
            return new ObservedBrokers(
                [.. answer.Brokers.Where(broker => !broker.IsFenced).Select(broker => broker.BrokerId).Order()],
                tells ? [.. answer.Brokers.Select(broker => broker.BrokerId).Order()] : default,
                connection.VersionOf(ApiKey.AlterPartitionReassignments, 0) is not null);
        }, ct);
    }

    /// <summary>Has the cluster move replicas to where they are wanted; it copies in the background. What it refuses comes back by topic.</summary>
    public async Task<IReadOnlyList<KafkaItemError>> AssignAsync(IReadOnlyCollection<KafkaAssignment> topics, CancellationToken ct)
    {
        const string action = "add replicas";
        var request = new AlterPartitionReassignmentsRequest { TimeoutMs = options.Value.RequestTimeoutMs, Topics = [.. topics.Select(Write)] };
        return await _brokers.CallAsync<IReadOnlyList<KafkaItemError>>(action, async (connection, token) =>
        {
            var answer = await connection.SendAsync<AlterPartitionReassignmentsResponse>(request, 0, token);
            KafkaAdmin.ThrowIfFailed(action, (ErrorCode)answer.ErrorCode, answer.ErrorMessage);
            return [.. answer.Responses.SelectMany(topic => topic.Partitions.Where(partition => partition.ErrorCode != 0).Select(partition =>
                new KafkaItemError(topic.Name, (ErrorCode)partition.ErrorCode, partition.ErrorMessage ?? ((ErrorCode)partition.ErrorCode).ToString())))];
        }, ct);
    }

    public void Dispose() => _brokers.Dispose();

    private static AlterPartitionReassignmentsRequest.ReassignableTopic Write(KafkaAssignment topic) => new()
    {
        Name = topic.Topic,
        Partitions =
        [
            .. topic.Replicas.Select((replicas, partition) => new AlterPartitionReassignmentsRequest.ReassignablePartition
            {
                PartitionIndex = partition, Replicas = [.. replicas],
            }),
        ],
    };
}
