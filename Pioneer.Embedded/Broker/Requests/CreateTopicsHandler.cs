using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Creates topics; done when answered.</summary>
internal sealed class CreateTopicsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<CreateTopicsRequest>
{
    protected override IMessage Handle(RequestContext context, CreateTopicsRequest request)
    {
        var twice = request.Topics.GroupBy(t => t.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return new CreateTopicsResponse
        {
            Topics = [.. request.Topics.DistinctBy(t => t.Name, StringComparer.Ordinal).Select(topic => twice.Contains(topic.Name)
                ? Failed(topic.Name, ErrorCode.InvalidRequest, "Found multiple entries for this topic.")
                : CreateOne(context, topic, request.ValidateOnly))],
        };
    }

    private CreateTopicsResponse.CreatableTopicResult CreateOne(RequestContext context, CreateTopicsRequest.CreatableTopic topic, bool validateOnly)
    {
        if (!authorizer.MayCluster(context, AclOperation.Create) && !authorizer.MayTopic(context, AclOperation.Create, topic.Name))
        {
            return Failed(topic.Name, ErrorCode.TopicAuthorizationFailed, "Authorization failed.");
        }

        if (topic.Assignments.DistinctBy(a => a.PartitionIndex).Count() != topic.Assignments.Count)
        {
            return Failed(topic.Name, ErrorCode.InvalidReplicaAssignment, "A partition is assigned twice.");
        }

        if (topic.Configs.DistinctBy(c => c.Name, StringComparer.Ordinal).Count() != topic.Configs.Count)
        {
            return Failed(topic.Name, ErrorCode.InvalidConfig, "A config is given twice.");
        }

        var outcome = topics.Create(
            new NewTopic(
                topic.Name, topic.NumPartitions, topic.ReplicationFactor,
                topic.Assignments.ToDictionary(a => a.PartitionIndex, a => a.BrokerIds),
                topic.Configs.ToDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal)),
            validateOnly);
        return outcome.Topic is { } created ? Created(context, created, validateOnly) : Failed(topic.Name, outcome.Error, outcome.Message);
    }

    private CreateTopicsResponse.CreatableTopicResult Created(RequestContext context, TopicMetadata topic, bool validateOnly)
    {
        var result = new CreateTopicsResponse.CreatableTopicResult { Name = topic.Name, TopicId = validateOnly ? Guid.Empty : topic.Id };
        if (!authorizer.MayTopic(context, AclOperation.DescribeConfigs, topic.Name))
        {
            result.TopicConfigErrorCode = (short)ErrorCode.TopicAuthorizationFailed;
            return result;
        }

        result.NumPartitions = topic.Partitions;
        result.ReplicationFactor = topic.ReplicationFactor;
        result.Configs =
        [
            .. ConfigEntries.OfTopic(topics, topic).Select(entry => new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = entry.Definition.Name,
                Value = entry.Value,
                ConfigSource = (sbyte)entry.Source,
            }),
        ];
        return result;
    }

    private static CreateTopicsResponse.CreatableTopicResult Failed(string name, ErrorCode error, string? message) =>
        new() { Name = name, ErrorCode = (short)error, ErrorMessage = message };
}
