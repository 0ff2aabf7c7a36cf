using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Joins a group; waits until its rebalance ends.</summary>
internal sealed class JoinGroupHandler(GroupCoordinator groups, Authorizer authorizer) : AsyncRequestHandler<JoinGroupRequest>
{
    protected override async ValueTask<IMessage?> HandleAsync(RequestContext context, JoinGroupRequest request, CancellationToken cancellationToken)
    {
        if (!authorizer.MayGroup(context, AclOperation.Read, request.GroupId))
        {
            return Answer(context.Version, new JoinGroupResult(ErrorCode.GroupAuthorizationFailed, -1, null, null, "", false, request.MemberId, []));
        }

        var result = await groups.JoinAsync(
            new JoinGroupCommand(
                request.GroupId, request.MemberId, request.GroupInstanceId, context.Header.ClientId ?? "", "/" + context.Session.Host,
                request.SessionTimeoutMs, context.Version >= 1 ? request.RebalanceTimeoutMs : request.SessionTimeoutMs,
                request.ProtocolType, [.. request.Protocols.Select(p => new GroupProtocol(p.Name, p.Metadata.ToArray()))],
                RequireKnownMemberId: context.Version >= 4, SupportsSkippingAssignment: context.Version >= 9),
            cancellationToken);
        return Answer(context.Version, result);
    }

    private static JoinGroupResponse Answer(short version, JoinGroupResult result) => new()
    {
        ErrorCode = (short)result.Error,
        GenerationId = result.GenerationId,
        ProtocolType = result.ProtocolType,
        ProtocolName = result.ProtocolName ?? (version >= 7 ? null : ""),
        Leader = result.Leader,
        SkipAssignment = version >= 9 && result.SkipAssignment,
        MemberId = result.MemberId,
        Members =
        [
            .. result.Members.Select(m => new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = m.MemberId,
                GroupInstanceId = m.GroupInstanceId,
                Metadata = m.Metadata,
            }),
        ],
    };
}

/// <summary>Gives out the assignment; followers wait for the leader's.</summary>
internal sealed class SyncGroupHandler(GroupCoordinator groups, Authorizer authorizer) : AsyncRequestHandler<SyncGroupRequest>
{
    protected override async ValueTask<IMessage?> HandleAsync(RequestContext context, SyncGroupRequest request, CancellationToken cancellationToken)
    {
        var result = authorizer.MayGroup(context, AclOperation.Read, request.GroupId)
            ? await groups.SyncAsync(
                new SyncGroupCommand(
                    request.GroupId, request.GenerationId, request.MemberId, request.GroupInstanceId, request.ProtocolType, request.ProtocolName,
                    [.. request.Assignments.Select(a => new MemberAssignment(a.MemberId, a.Assignment.ToArray()))]),
                cancellationToken)
            : new SyncGroupResult(ErrorCode.GroupAuthorizationFailed, null, null, []);
        return new SyncGroupResponse
        {
            ErrorCode = (short)result.Error,
            ProtocolType = result.ProtocolType,
            ProtocolName = result.ProtocolName,
            Assignment = result.Assignment,
        };
    }
}

/// <summary>A member is alive.</summary>
internal sealed class HeartbeatHandler(GroupCoordinator groups, Authorizer authorizer) : RequestHandler<HeartbeatRequest>
{
    protected override IMessage Handle(RequestContext context, HeartbeatRequest request) => new HeartbeatResponse
    {
        ErrorCode = (short)(authorizer.MayGroup(context, AclOperation.Read, request.GroupId)
            ? groups.Heartbeat(request.GroupId, request.GenerationId, request.MemberId, request.GroupInstanceId)
            : ErrorCode.GroupAuthorizationFailed),
    };
}

/// <summary>Members leave.</summary>
internal sealed class LeaveGroupHandler(GroupCoordinator groups, Authorizer authorizer) : RequestHandler<LeaveGroupRequest>
{
    /// <summary>First version that names many members.</summary>
    private const short Batched = 3;

    protected override IMessage Handle(RequestContext context, LeaveGroupRequest request)
    {
        if (!authorizer.MayGroup(context, AclOperation.Read, request.GroupId))
        {
            return new LeaveGroupResponse { ErrorCode = (short)ErrorCode.GroupAuthorizationFailed };
        }

        List<LeavingMember> members = context.Version >= Batched
            ? [.. request.Members.Select(m => new LeavingMember(m.MemberId, m.GroupInstanceId))]
            : [new LeavingMember(request.MemberId, null)];
        var result = groups.Leave(request.GroupId, members);
        if (context.Version < Batched)
        {
            var error = result.Error != ErrorCode.None ? result.Error : result.MemberErrors[0];
            return new LeaveGroupResponse { ErrorCode = (short)error };
        }

        return new LeaveGroupResponse
        {
            ErrorCode = (short)result.Error,
            Members =
            [
                .. result.MemberErrors.Select((error, i) => new LeaveGroupResponse.MemberResponse
                {
                    MemberId = members[i].MemberId,
                    GroupInstanceId = members[i].GroupInstanceId,
                    ErrorCode = (short)error,
                }),
            ],
        };
    }
}
