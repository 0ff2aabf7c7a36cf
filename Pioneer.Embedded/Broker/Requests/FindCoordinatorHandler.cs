using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>This broker coordinates every group and every transaction.</summary>
internal sealed class FindCoordinatorHandler(Authorizer authorizer, EmbeddedBrokerOptions options) : RequestHandler<FindCoordinatorRequest>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;

    /// <summary>First version that asks for many keys at once.</summary>
    private const short Batched = 4;

    protected override IMessage Handle(RequestContext context, FindCoordinatorRequest request)
    {
        if (context.Version >= Batched)
        {
            return new FindCoordinatorResponse { Coordinators = [.. request.CoordinatorKeys.Select(key => Find(context, request.KeyType, key))] };
        }

        var found = Find(context, request.KeyType, request.Key);
        return new FindCoordinatorResponse
        {
            ErrorCode = found.ErrorCode,
            ErrorMessage = found.ErrorMessage,
            NodeId = found.NodeId,
            Host = found.Host,
            Port = found.Port,
        };
    }

    private FindCoordinatorResponse.Coordinator Find(RequestContext context, sbyte keyType, string key)
    {
        var error = keyType switch
        {
            Group when key.Length == 0 => ErrorCode.InvalidGroupId,
            Group => authorizer.MayGroup(context, AclOperation.Describe, key) ? ErrorCode.None : ErrorCode.GroupAuthorizationFailed,
            Transaction => authorizer.MayTransaction(context, AclOperation.Describe, key)
                ? ErrorCode.None
                : ErrorCode.TransactionalIdAuthorizationFailed,
            _ => ErrorCode.InvalidRequest,
        };
        return error == ErrorCode.None
            ? new()
            {
                Key = key,
                NodeId = options.NodeId,
                Host = context.Session.Listener.Address.ToString(),
                Port = context.Session.Listener.Port,
                ErrorMessage = "",
            }
            : new() { Key = key, NodeId = -1, Port = -1, ErrorCode = (short)error, ErrorMessage = error.ToString() };
    }
}
