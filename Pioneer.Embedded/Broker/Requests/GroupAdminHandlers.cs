using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Lists groups: all for who may describe the cluster, else those one may describe.</summary>
internal sealed class ListGroupsHandler(GroupCoordinator groups, Authorizer authorizer) : RequestHandler<ListGroupsRequest>
{
    protected override IMessage Handle(RequestContext context, ListGroupsRequest request)
    {
        var all = authorizer.MayCluster(context, AclOperation.Describe);
        return new ListGroupsResponse
        {
            Groups =
            [
                .. groups.List()
                    .Where(group => all || authorizer.MayGroup(context, AclOperation.Describe, group.GroupId))
                    .Where(group => Selected(request.StatesFilter, group.State.ToString()) && Selected(request.TypesFilter, group.Type))
                    .Select(group => new ListGroupsResponse.ListedGroup
                    {
                        GroupId = group.GroupId,
                        ProtocolType = group.ProtocolType,
                        GroupState = group.State.ToString(),
                        GroupType = group.Type,
                    }),
            ],
        };
    }

    private static bool Selected(IReadOnlyList<string> filter, string value) =>
        filter.Count == 0 || filter.Contains(value, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Describes groups with their members. An unknown group is "Dead" without error before version 6.</summary>
internal sealed class DescribeGroupsHandler(GroupCoordinator groups, Authorizer authorizer) : RequestHandler<DescribeGroupsRequest>
{
    /// <summary>First version that tells unknown groups by an error.</summary>
    private const short WithNotFound = 6;

    protected override IMessage Handle(RequestContext context, DescribeGroupsRequest request) => new DescribeGroupsResponse
    {
        Groups = [.. request.Groups.Select(id => Describe(context, id, request.IncludeAuthorizedOperations))],
    };

    private DescribeGroupsResponse.DescribedGroup Describe(RequestContext context, string id, bool withOperations)
    {
        if (!authorizer.MayGroup(context, AclOperation.Describe, id))
        {
            return new() { GroupId = id, ErrorCode = (short)ErrorCode.GroupAuthorizationFailed };
        }

        var operations = withOperations ? authorizer.AuthorizedOperations(context.Principal, ResourceType.Group, id) : int.MinValue;
        if (groups.Describe(id) is not { } group)
        {
            return new()
            {
                GroupId = id,
                GroupState = nameof(GroupState.Dead),
                ErrorCode = context.Version >= WithNotFound ? (short)ErrorCode.GroupIdNotFound : (short)0,
                ErrorMessage = context.Version >= WithNotFound ? $"Group {id} not found." : null,
                AuthorizedOperations = operations,
            };
        }

        return new()
        {
            GroupId = id,
            GroupState = group.State.ToString(),
            ProtocolType = group.ProtocolType,
            ProtocolData = group.ProtocolName,
            AuthorizedOperations = operations,
            Members =
            [
                .. group.Members.Select(m => new DescribeGroupsResponse.DescribedGroupMember
                {
                    MemberId = m.MemberId,
                    GroupInstanceId = m.GroupInstanceId,
                    ClientId = m.ClientId,
                    ClientHost = m.ClientHost,
                    MemberMetadata = m.Metadata,
                    MemberAssignment = m.Assignment,
                }),
            ],
        };
    }
}

/// <summary>Deletes empty groups with their offsets.</summary>
internal sealed class DeleteGroupsHandler(GroupCoordinator groups, Authorizer authorizer) : RequestHandler<DeleteGroupsRequest>
{
    protected override IMessage Handle(RequestContext context, DeleteGroupsRequest request) => new DeleteGroupsResponse
    {
        Results =
        [
            .. request.GroupsNames.Select(id => new DeleteGroupsResponse.DeletableGroupResult
            {
                GroupId = id,
                ErrorCode = (short)(authorizer.MayGroup(context, AclOperation.Delete, id) ? groups.Delete(id) : ErrorCode.GroupAuthorizationFailed),
            }),
        ],
    };
}
