using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Moves of replicas: on a cluster of one every partition is where it can be, and nothing is ever under way.</summary>
internal sealed class AlterPartitionReassignmentsHandler(TopicService topics, Authorizer authorizer, EmbeddedBrokerOptions options)
    : RequestHandler<AlterPartitionReassignmentsRequest>
{
    protected override IMessage Handle(RequestContext context, AlterPartitionReassignmentsRequest request) =>
        authorizer.MayCluster(context, AclOperation.Alter)
            ? new AlterPartitionReassignmentsResponse
            {
                Responses =
                [
                    .. request.Topics.Select(topic => new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
                    {
                        Name = topic.Name,
                        Partitions = [.. topic.Partitions.Select(partition => Answer(topic.Name, partition))],
                    }),
                ],
            }
            : new AlterPartitionReassignmentsResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };

    private AlterPartitionReassignmentsResponse.ReassignablePartitionResponse Answer(
        string topic, AlterPartitionReassignmentsRequest.ReassignablePartition partition)
    {
        var (error, message) = Judge(topic, partition);
        return new() { PartitionIndex = partition.PartitionIndex, ErrorCode = (short)error, ErrorMessage = message };
    }

    private (ErrorCode Error, string? Message) Judge(string topic, AlterPartitionReassignmentsRequest.ReassignablePartition partition)
    {
        if (!topics.TryGetLog(topic, partition.PartitionIndex, out _))
        {
            return (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        if (partition.Replicas is not { } replicas)
        {
            return (ErrorCode.NoReassignmentInProgress, "No partition reassignment is in progress.");
        }

        if (replicas.Count == 0)
        {
            return (ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes an empty replica list.");
        }

        var unknown = replicas.Where(id => id != options.NodeId).Select(id => (int?)id).FirstOrDefault();
        return unknown is { } stranger
            ? (ErrorCode.InvalidReplicaAssignment, $"The manual partition assignment includes broker {stranger}, but no such broker is registered.")
            : replicas.Count > 1
                ? (ErrorCode.InvalidReplicaAssignment, $"The manual partition assignment includes the broker {options.NodeId} more than once.")
                : (ErrorCode.None, null);
    }
}

/// <summary>Moves that are under way: never any.</summary>
internal sealed class ListPartitionReassignmentsHandler(Authorizer authorizer) : RequestHandler<ListPartitionReassignmentsRequest>
{
    protected override IMessage Handle(RequestContext context, ListPartitionReassignmentsRequest request) =>
        new ListPartitionReassignmentsResponse
        {
            ErrorCode = (short)(authorizer.MayCluster(context, AclOperation.Describe) ? ErrorCode.None : ErrorCode.ClusterAuthorizationFailed),
            ErrorMessage = null,
        };
}
