using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Deletes topics by name or, from version 6, by id; a name that the sender may not see is not disclosed.</summary>
internal sealed class DeleteTopicsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<DeleteTopicsRequest>
{
    protected override IMessage Handle(RequestContext context, DeleteTopicsRequest request) => new DeleteTopicsResponse
    {
        Responses = context.Version >= 6
            ? [.. request.Topics.Select(asked => asked.Name is { } name ? ByName(context, name) : ById(context, asked.TopicId))]
            : [.. request.TopicNames.Select(name => ByName(context, name))],
    };

    private DeleteTopicsResponse.DeletableTopicResult ByName(RequestContext context, string name)
    {
        var anyhow = authorizer.MayCluster(context, AclOperation.Delete);
        if (!anyhow && !authorizer.MayTopic(context, AclOperation.Delete, name))
        {
            return Result(name, Guid.Empty, ErrorCode.TopicAuthorizationFailed, "Authorization failed.");
        }

        return topics.Find(name) is { } topic
            ? Delete(topic)
            : Result(name, Guid.Empty, ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
    }

    private DeleteTopicsResponse.DeletableTopicResult ById(RequestContext context, Guid id)
    {
        if (topics.Find(id) is not { } topic || !authorizer.MayTopic(context, AclOperation.Describe, topic.Name))
        {
            var error = topics.Find(id) is null ? ErrorCode.UnknownTopicId : ErrorCode.TopicAuthorizationFailed;
            return Result(null, id, error, null);
        }

        return ByName(context, topic.Name);
    }

    private DeleteTopicsResponse.DeletableTopicResult Delete(TopicMetadata topic)
    {
        var outcome = topics.Delete(topic);
        return Result(topic.Name, topic.Id, outcome.Error, outcome.Message);
    }

    private static DeleteTopicsResponse.DeletableTopicResult Result(string? name, Guid id, ErrorCode error, string? message) =>
        new() { Name = name, TopicId = id, ErrorCode = (short)error, ErrorMessage = message };
}
