using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>
/// Topics by name with their partitions, in pages (KIP-966): those asked for, or all that the sender may describe, in the order of their names. A page
/// ends at a number of partitions and says where the next one begins.
/// </summary>
internal sealed class DescribeTopicPartitionsHandler(TopicService topics, Authorizer authorizer, EmbeddedBrokerOptions options)
    : RequestHandler<DescribeTopicPartitionsRequest>
{
    /// <summary>As Kafka's max.request.partition.size.limit.</summary>
    private const int MaxPartitions = 2000;

    protected override IMessage Handle(RequestContext context, DescribeTopicPartitionsRequest request)
    {
        if (request.Cursor is { PartitionIndex: < 0 })
        {
            return new DescribeTopicPartitionsResponse { Topics = [.. request.Topics.Select(t => Refused(t.Name, ErrorCode.InvalidRequest))] };
        }

        var named = request.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var known = topics.All.Where(t => (named.Count == 0 || named.Contains(t.Name)) && authorizer.MayTopic(context, AclOperation.Describe, t.Name))
            .ToDictionary(t => t.Name, StringComparer.Ordinal);
        var names = (named.Count == 0 ? known.Keys : named.AsEnumerable())
            .Where(name => request.Cursor is not { } cursor || string.CompareOrdinal(name, cursor.TopicName) >= 0)
            .Order(StringComparer.Ordinal);
        return Page(context, names, known, request);
    }

    private DescribeTopicPartitionsResponse Page(
        RequestContext context, IEnumerable<string> names, Dictionary<string, TopicMetadata> known, DescribeTopicPartitionsRequest request)
    {
        var room = Math.Clamp(request.ResponsePartitionLimit, 1, MaxPartitions);
        List<DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic> page = [];
        foreach (var name in names)
        {
            var from = request.Cursor?.TopicName == name ? request.Cursor.PartitionIndex : 0;
            if (room == 0)
            {
                return new() { Topics = page, NextCursor = new() { TopicName = name, PartitionIndex = from } };
            }

            if (!known.TryGetValue(name, out var topic))
            {
                page.Add(Refused(name, MissingOr(context, name)));
                continue;
            }

            var count = Math.Max(0, Math.Min(topic.Partitions - from, room));
            page.Add(Describe(context, topic, from, count));
            room -= count;
            if (from + count < topic.Partitions)
            {
                return new() { Topics = page, NextCursor = new() { TopicName = name, PartitionIndex = from + count } };
            }
        }

        return new() { Topics = page };
    }

    private ErrorCode MissingOr(RequestContext context, string name) =>
        !authorizer.MayTopic(context, AclOperation.Describe, name) ? ErrorCode.TopicAuthorizationFailed
            : TopicName.Refusal(name) is not null ? ErrorCode.InvalidTopicException
            : ErrorCode.UnknownTopicOrPartition;

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Refused(string name, ErrorCode error) =>
        new() { Name = name, ErrorCode = (short)error };

    private DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Describe(RequestContext context, TopicMetadata topic, int from, int count) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        IsInternal = InternalTopics.IsInternal(topic.Name),
        Partitions =
        [
            .. Enumerable.Range(from, count).Select(index => new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition
            {
                PartitionIndex = index,
                LeaderId = options.NodeId,
                LeaderEpoch = LeaderEpochs.Of(topics, topic.Name, index),
                ReplicaNodes = [options.NodeId],
                IsrNodes = [options.NodeId],
                EligibleLeaderReplicas = [],
                LastKnownElr = [],
            }),
        ],
        TopicAuthorizedOperations = authorizer.AuthorizedOperations(context.Principal, ResourceType.Topic, topic.Name),
    };
}
