using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>The cluster's id and its one broker; the Java admin client asks for it first.</summary>
internal sealed class DescribeClusterHandler(MetadataStore store, Authorizer authorizer, EmbeddedBrokerOptions options)
    : RequestHandler<DescribeClusterRequest>
{
    private const sbyte Brokers = 1;

    protected override IMessage Handle(RequestContext context, DescribeClusterRequest request)
    {
        if (request.EndpointType != Brokers)
        {
            return new DescribeClusterResponse
            {
                ErrorCode = (short)ErrorCode.InvalidRequest,
                ErrorMessage = "Only broker endpoints can be described here",
                EndpointType = context.Version >= 1 ? request.EndpointType : Brokers,
            };
        }

        return new DescribeClusterResponse
        {
            ClusterId = store.Current.ClusterId,
            ControllerId = options.NodeId,
            Brokers =
            [
                new()
                {
                    BrokerId = options.NodeId,
                    Host = context.Session.Listener.Address.ToString(),
                    Port = context.Session.Listener.Port,
                },
            ],
            ClusterAuthorizedOperations =
                request.IncludeClusterAuthorizedOperations && authorizer.MayCluster(context, AclOperation.Describe)
                    ? authorizer.AuthorizedOperations(context.Principal, ResourceType.Cluster, AclBinding.ClusterName)
                    : int.MinValue,
        };
    }
}
