using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Brokers and topics, as far as the sender may know of them. Topics may be asked by name or, from version 10, by id.</summary>
internal sealed class MetadataHandler(MetadataStore store, TopicService topics, Authorizer authorizer, EmbeddedBrokerOptions options)
    : RequestHandler<MetadataRequest>
{
    /// <summary>What stands for "not asked" in authorized operations.</summary>
    private const int NotAsked = int.MinValue;

    protected override IMessage Handle(RequestContext context, MetadataRequest request)
    {
        var wantsOperations = request.IncludeTopicAuthorizedOperations && context.Version >= 8;
        return new MetadataResponse
        {
            ClusterId = store.Current.ClusterId,
            ControllerId = options.NodeId,
            Brokers =
            [
                new()
                {
                    NodeId = options.NodeId,
                    Host = context.Session.Listener.Address.ToString(),
                    Port = context.Session.Listener.Port,
                },
            ],
            Topics = [.. Wanted(context, request).Select(topic => Complete(context, topic, wantsOperations))],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations
                ? authorizer.AuthorizedOperations(context.Principal, ResourceType.Cluster, AclBinding.ClusterName)
                : NotAsked,
        };
    }

    private IEnumerable<Found> Wanted(RequestContext context, MetadataRequest request)
    {
        var all = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        if (all)
        {
            return topics.All.Where(topic => authorizer.MayTopic(context, AclOperation.Describe, topic.Name))
                .Select(topic => new Found(topic, topic.Name, topic.Id, ErrorCode.None));
        }

        // an id counts, whatever stands for the name: Java's client leaves it empty, others leave it out
        return request.Topics!.Select(asked =>
            asked.Name is { } name && asked.TopicId == Guid.Empty ? ByName(context, name, request) : ById(context, asked.TopicId));
    }

    private Found ById(RequestContext context, Guid id)
    {
        if (topics.Find(id) is not { } topic)
        {
            return new Found(null, context.Version >= 12 ? null : "", id, ErrorCode.UnknownTopicId);
        }

        return authorizer.MayTopic(context, AclOperation.Describe, topic.Name)
            ? new Found(topic, topic.Name, id, ErrorCode.None)
            : new Found(null, context.Version >= 12 ? null : "", id, ErrorCode.TopicAuthorizationFailed);
    }

    private Found ByName(RequestContext context, string name, MetadataRequest request)
    {
        if (!authorizer.MayTopic(context, AclOperation.Describe, name))
        {
            return new Found(null, name, Guid.Empty, ErrorCode.TopicAuthorizationFailed);
        }

        if (topics.Find(name) is { } topic)
        {
            return new Found(topic, name, topic.Id, ErrorCode.None);
        }

        if (TopicName.Refusal(name) is not null)
        {
            return new Found(null, name, Guid.Empty, ErrorCode.InvalidTopicException);
        }

        return options.AutoCreateTopics && request.AllowAutoTopicCreation
            ? AutoCreate(context, name)
            : new Found(null, name, Guid.Empty, ErrorCode.UnknownTopicOrPartition);
    }

    private Found AutoCreate(RequestContext context, string name)
    {
        if (!authorizer.MayCluster(context, AclOperation.Create) && !authorizer.MayTopic(context, AclOperation.Create, name))
        {
            return new Found(null, name, Guid.Empty, ErrorCode.TopicAuthorizationFailed);
        }

        var outcome = topics.Create(
            new NewTopic(name, -1, -1, new Dictionary<int, IReadOnlyList<int>>(), new Dictionary<string, string?>(StringComparer.Ordinal)),
            validateOnly: false);
        return outcome.Error == ErrorCode.TopicAlreadyExists && topics.Find(name) is { } made
            ? new Found(made, name, made.Id, ErrorCode.None)
            : new Found(outcome.Topic, name, outcome.Topic?.Id ?? Guid.Empty, outcome.Error);
    }

    private MetadataResponse.MetadataResponseTopic Complete(RequestContext context, Found found, bool wantsOperations) => new()
    {
        ErrorCode = (short)found.Error,
        Name = found.Name,
        TopicId = found.Id,
        IsInternal = found.Topic is not null && InternalTopics.IsInternal(found.Topic.Name),
        Partitions = found.Topic is null ? [] : [.. Enumerable.Range(0, found.Topic.Partitions).Select(index => Partition(found.Topic, index))],
        TopicAuthorizedOperations = wantsOperations && found.Topic is not null
            ? authorizer.AuthorizedOperations(context.Principal, ResourceType.Topic, found.Topic.Name)
            : NotAsked,
    };

    private MetadataResponse.MetadataResponsePartition Partition(TopicMetadata topic, int index) => new()
    {
        PartitionIndex = index,
        LeaderId = options.NodeId,
        LeaderEpoch = LeaderEpochs.Of(topics, topic.Name, index),
        ReplicaNodes = [options.NodeId],
        IsrNodes = [options.NodeId],
    };

    private sealed record Found(TopicMetadata? Topic, string? Name, Guid Id, ErrorCode Error);
}
