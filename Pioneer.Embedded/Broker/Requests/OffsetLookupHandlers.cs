using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Offsets by time, or by the special times that stand for start, end and largest timestamp.</summary>
internal sealed class ListOffsetsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<ListOffsetsRequest>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;

    protected override IMessage Handle(RequestContext context, ListOffsetsRequest request) => new ListOffsetsResponse
    {
        Topics =
        [
            .. request.Topics.Select(topic =>
            {
                var allowed = authorizer.MayTopic(context, AclOperation.Describe, topic.Name);
                return new ListOffsetsResponse.ListOffsetsTopicResponse
                {
                    Name = topic.Name,
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => allowed
                            ? Look(topic.Name, partition, (IsolationLevel)(byte)request.IsolationLevel, context.Version)
                            : Failed(partition.PartitionIndex, ErrorCode.TopicAuthorizationFailed)),
                    ],
                };
            }),
        ],
    };

    private ListOffsetsResponse.ListOffsetsPartitionResponse Look(
        string topic, ListOffsetsRequest.ListOffsetsPartition partition, IsolationLevel isolation, short version)
    {
        if (!topics.TryGetLog(topic, partition.PartitionIndex, out var log))
        {
            return Failed(partition.PartitionIndex, ErrorCode.UnknownTopicOrPartition);
        }

        if (LeaderEpochs.Check(partition.CurrentLeaderEpoch, log) is var fenced and not ErrorCode.None)
        {
            return Failed(partition.PartitionIndex, fenced);
        }

        var offsets = log.Offsets;
        var found = partition.Timestamp switch
        {
            Latest => new TimestampOffset(
                -1, isolation == IsolationLevel.ReadCommitted ? offsets.LastStableOffset : offsets.HighWatermark, log.LeaderEpoch),
            Earliest or EarliestLocal => new TimestampOffset(-1, offsets.LogStartOffset, log.LeaderEpoch),
            LatestTiered => null,
            MaxTimestamp => log.MaxTimestamp(),
            < 0 => null,
            var timestamp => log.OffsetForTimestamp(timestamp),
        };
        return new ListOffsetsResponse.ListOffsetsPartitionResponse
        {
            PartitionIndex = partition.PartitionIndex,
            Timestamp = found?.TimestampMs ?? -1,
            Offset = found?.Offset ?? -1,
            LeaderEpoch = version >= 4 ? found?.LeaderEpoch ?? -1 : -1,
        };
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Failed(int partition, ErrorCode error) =>
        new() { PartitionIndex = partition, ErrorCode = (short)error };
}

/// <summary>Where a leader epoch ended, so that a client can tell whether it read what later was cut off.</summary>
internal sealed class OffsetForLeaderEpochHandler(TopicService topics, Authorizer authorizer) : RequestHandler<OffsetForLeaderEpochRequest>
{
    protected override IMessage Handle(RequestContext context, OffsetForLeaderEpochRequest request) => new OffsetForLeaderEpochResponse
    {
        Topics =
        [
            .. request.Topics.Select(topic =>
            {
                var allowed = authorizer.MayTopic(context, AclOperation.Describe, topic.Topic);
                return new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
                {
                    Topic = topic.Topic,
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => allowed
                            ? Look(topic.Topic, partition)
                            : new() { Partition = partition.Partition, ErrorCode = (short)ErrorCode.TopicAuthorizationFailed }),
                    ],
                };
            }),
        ],
    };

    private OffsetForLeaderEpochResponse.EpochEndOffset Look(string topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition partition)
    {
        if (!topics.TryGetLog(topic, partition.Partition, out var log))
        {
            return new() { Partition = partition.Partition, ErrorCode = (short)ErrorCode.UnknownTopicOrPartition };
        }

        if (LeaderEpochs.Check(partition.CurrentLeaderEpoch, log) is var fenced and not ErrorCode.None)
        {
            return new() { Partition = partition.Partition, ErrorCode = (short)fenced };
        }

        var (epoch, end) = log.EndOffsetOf(partition.LeaderEpoch);
        return new() { Partition = partition.Partition, LeaderEpoch = epoch, EndOffset = end };
    }
}

/// <summary>Moves a log's start up.</summary>
internal sealed class DeleteRecordsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<DeleteRecordsRequest>
{
    protected override IMessage Handle(RequestContext context, DeleteRecordsRequest request) => new DeleteRecordsResponse
    {
        Topics =
        [
            .. request.Topics.Select(topic => new DeleteRecordsResponse.DeleteRecordsTopicResult
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition => Delete(context, topic.Name, partition))],
            }),
        ],
    };

    private DeleteRecordsResponse.DeleteRecordsPartitionResult Delete(
        RequestContext context, string topic, DeleteRecordsRequest.DeleteRecordsPartition partition)
    {
        DeleteRecordsResult result;
        if (!authorizer.MayTopic(context, AclOperation.Delete, topic))
        {
            result = new DeleteRecordsResult(ErrorCode.TopicAuthorizationFailed, -1);
        }
        else if (InternalTopics.IsInternal(topic))
        {
            result = new DeleteRecordsResult(ErrorCode.InvalidTopicException, -1);
        }
        else
        {
            result = topics.TryGetLog(topic, partition.PartitionIndex, out var log)
                ? log.DeleteRecords(partition.Offset)
                : new DeleteRecordsResult(ErrorCode.UnknownTopicOrPartition, -1);
        }

        return new() { PartitionIndex = partition.PartitionIndex, ErrorCode = (short)result.Error, LowWatermark = result.LowWatermark };
    }
}
