using Pioneer.Embedded.Broker.Network;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>The questions that handlers ask the authorizer, in their words.</summary>
internal static class Access
{
    public static bool MayTopic(this Authorizer authorizer, RequestContext context, AclOperation operation, string topic) =>
        authorizer.Allows(context.Principal, operation, ResourceType.Topic, topic);

    public static bool MayGroup(this Authorizer authorizer, RequestContext context, AclOperation operation, string group) =>
        authorizer.Allows(context.Principal, operation, ResourceType.Group, group);

    public static bool MayTransaction(this Authorizer authorizer, RequestContext context, AclOperation operation, string transactionalId) =>
        authorizer.Allows(context.Principal, operation, ResourceType.TransactionalId, transactionalId);

    public static bool MayCluster(this Authorizer authorizer, RequestContext context, AclOperation operation) =>
        authorizer.AllowsCluster(context.Principal, operation);
}
