using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Gives topics more partitions; done when answered.</summary>
internal sealed class CreatePartitionsHandler(TopicService topics, Authorizer authorizer) : RequestHandler<CreatePartitionsRequest>
{
    protected override IMessage Handle(RequestContext context, CreatePartitionsRequest request) => new CreatePartitionsResponse
    {
        Results = [.. request.Topics.Select(topic => Grow(context, topic, request.ValidateOnly))],
    };

    private CreatePartitionsResponse.CreatePartitionsTopicResult Grow(
        RequestContext context, CreatePartitionsRequest.CreatePartitionsTopic topic, bool validateOnly)
    {
        if (!authorizer.MayTopic(context, AclOperation.Alter, topic.Name))
        {
            return new() { Name = topic.Name, ErrorCode = (short)ErrorCode.TopicAuthorizationFailed };
        }

        var outcome = topics.Grow(topic.Name, topic.Count, topic.Assignments?.Select(a => a.BrokerIds).ToList(), validateOnly);
        return new() { Name = topic.Name, ErrorCode = (short)outcome.Error, ErrorMessage = outcome.Message };
    }
}
