using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>What a broker says of one topic: its id as Kafka's clients write it (base64 without padding) and the numbers of its partitions.</summary>
/// <param name="OfflineReplicas">Brokers that should hold a replica and are gone, or have lost its disk.</param>
internal sealed record TopicDescription(
    string Name, string TopicId, ImmutableArray<int> Partitions, ImmutableArray<int> OfflineReplicas)
{
    /// <summary>Where each partition is, in the order of <see cref="Partitions"/>.</summary>
    public required ImmutableArray<PartitionPlace> Places { get; init; }
}

/// <summary>Which brokers hold a partition.</summary>
/// <param name="Leader">The broker that reads and writes go through; null where there is none.</param>
/// <param name="Replicas">Brokers that should hold it, the preferred leader first.</param>
/// <param name="InSync">Those that hold all of it.</param>
internal sealed record PartitionPlace(int Partition, int? Leader, ImmutableArray<int> Replicas, ImmutableArray<int> InSync)
{
    /// <summary>Which one in the row of leaders it is; null where that is not told.</summary>
    public int? LeaderEpoch { get; init; }
}

/// <summary>Topics as one broker describes them, and the cluster that it belongs to.</summary>
/// <param name="Brokers">How many brokers are up.</param>
/// <param name="Refused">Topics that may be there and were not described, with the reason.</param>
internal sealed record DescribedTopics(
    string ClusterId, int Brokers, ImmutableArray<TopicDescription> Topics, ImmutableArray<(string Topic, string Reason)> Refused)
{
    /// <summary>Where each broker that is up is reached, by its id.</summary>
    public required ImmutableDictionary<int, BrokerEndpoint> Addresses { get; init; }
}

/// <summary>
/// Ids and partitions of topics, by our own requests: Confluent.Kafka's admin client cannot read of a partition without replicas in sync, which a cluster
/// has that comes back from a crash. It then frees its queue and after that itself, and whoever asks it for anything in between ends the whole process
/// (AdminClient.DisposeResources; rd_kafka_admin_request_op_new: Assertion `rkq'). Safe to share between threads. Failures are those of
/// <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed class TopicDescriptions(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Metadata with topic ids (KIP-516): Apache Kafka 3.0 and later.</summary>
    private const short WithTopicIds = 12;

    private readonly BrokerClient _anyBroker = BrokerClient.OfCluster(options, time, logger);

    /// <summary>The named topics that there are and that may be seen.</summary>
    public async Task<ImmutableArray<TopicDescription>> ReadAsync(IReadOnlyCollection<string> topics, CancellationToken ct) =>
        (await DescribeAsync(topics, ct)).Topics;

    /// <summary>The same with the cluster's own figures; no topics at all is a question about the cluster only.</summary>
    public async Task<DescribedTopics> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        var request = new MetadataRequest { Topics = [.. topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic })], AllowAutoTopicCreation = false };
        var answer = await _anyBroker.SendAsync<MetadataResponse>("describe topics", request, WithTopicIds, ct);
        return new DescribedTopics(answer.ClusterId ?? "", answer.Brokers.Count,
        [
            .. answer.Topics.Where(topic => topic.ErrorCode == (short)ErrorCode.NoError).Select(topic => new TopicDescription(
                topic.Name!,
                Text(topic.TopicId),
                [.. topic.Partitions.Select(partition => partition.PartitionIndex)],
                [.. topic.Partitions.SelectMany(partition => partition.OfflineReplicas).Distinct()])
            {
                Places =
                [
                    .. topic.Partitions.Select(partition => new PartitionPlace(
                        partition.PartitionIndex, partition.LeaderId >= 0 ? partition.LeaderId : null, [.. partition.ReplicaNodes], [.. partition.IsrNodes])
                    {
                        LeaderEpoch = partition.LeaderEpoch >= 0 ? partition.LeaderEpoch : null,
                    }),
                ],
            }),
        ],
        [
            .. answer.Topics.Where(topic => (ErrorCode)topic.ErrorCode is not (ErrorCode.NoError or ErrorCode.UnknownTopicOrPart))
                .Select(topic => (topic.Name!, new Error((ErrorCode)topic.ErrorCode).Reason)),
        ])
        {
            Addresses = answer.Brokers.ToImmutableDictionary(broker => broker.NodeId, broker => new BrokerEndpoint(broker.Host, broker.Port)),
        };
    }

    public void Dispose() => _anyBroker.Dispose();

    internal static string Text(Guid topicId) => Convert.ToBase64String(topicId.ToByteArray(bigEndian: true)).TrimEnd('=');
}
