using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Elections: with one replica the leader is always the preferred one.</summary>
internal sealed class ElectLeadersHandler(TopicService topics, Authorizer authorizer) : RequestHandler<ElectLeadersRequest>
{
    protected override IMessage Handle(RequestContext context, ElectLeadersRequest request)
    {
        if (!authorizer.MayCluster(context, AclOperation.Alter))
        {
            return context.Version >= 1
                ? new ElectLeadersResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed }
                : Answer(request, (_, _) => ErrorCode.ClusterAuthorizationFailed);
        }

        return Answer(request, (topic, partition) => topics.TryGetLog(topic, partition, out _)
            ? ErrorCode.ElectionNotNeeded
            : ErrorCode.UnknownTopicOrPartition);
    }

    private static ElectLeadersResponse Answer(ElectLeadersRequest request, Func<string, int, ErrorCode> outcome) => new()
    {
        ReplicaElectionResults =
        [
            .. (request.TopicPartitions ?? []).Select(topic => new ElectLeadersResponse.ReplicaElectionResult
            {
                Topic = topic.Topic,
                PartitionResult =
                [
                    .. topic.Partitions.Select(p => new ElectLeadersResponse.PartitionElectionResult
                    {
                        PartitionId = p,
                        ErrorCode = (short)outcome(topic.Topic, p),
                    }),
                ],
            }),
        ],
    };
}

/// <summary>Sizes on disk.</summary>
internal sealed class DescribeLogDirsHandler(TopicService topics, LogManager logs, Authorizer authorizer, EmbeddedBrokerOptions options)
    : RequestHandler<DescribeLogDirsRequest>
{
    protected override IMessage Handle(RequestContext context, DescribeLogDirsRequest request)
    {
        if (!authorizer.MayCluster(context, AclOperation.Describe))
        {
            return new DescribeLogDirsResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }

        var wanted = request.Topics?.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Topic, p))).ToHashSet();
        var drive = new DriveInfo(Path.GetFullPath(options.DataDirectory));
        return new DescribeLogDirsResponse
        {
            Results =
            [
                new()
                {
                    LogDir = Path.GetFullPath(options.DataDirectory),
                    TotalBytes = drive.TotalSize,
                    UsableBytes = drive.AvailableFreeSpace,
                    Topics =
                    [
                        .. logs.Partitions.Where(log => (wanted is null || wanted.Contains(log.Name)) && topics.Find(log.Name.Topic) is not null)
                            .GroupBy(log => log.Name.Topic, StringComparer.Ordinal)
                            .Select(topic => new DescribeLogDirsResponse.DescribeLogDirsTopic
                            {
                                Name = topic.Key,
                                Partitions =
                                [
                                    .. topic.OrderBy(log => log.Name.Partition).Select(log => new DescribeLogDirsResponse.DescribeLogDirsPartition
                                    {
                                        PartitionIndex = log.Name.Partition,
                                        PartitionSize = log.SizeBytes,
                                    }),
                                ],
                            }),
                    ],
                },
            ],
        };
    }
}
