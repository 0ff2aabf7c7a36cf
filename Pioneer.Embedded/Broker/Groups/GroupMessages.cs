using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <summary>A member's protocol (assignor) with its opaque metadata.</summary>
public readonly record struct GroupProtocol(string Name, byte[] Metadata);

/// <summary>JoinGroup. <paramref name="RequireKnownMemberId"/>: v4+, a new dynamic member is first told its id.</summary>
/// <param name="SupportsSkippingAssignment">v9+: a returning static leader is told to skip assignment.</param>
public sealed record JoinGroupCommand(
    string GroupId, string MemberId, string? GroupInstanceId, string ClientId, string ClientHost, int SessionTimeoutMs, int RebalanceTimeoutMs,
    string ProtocolType, IReadOnlyList<GroupProtocol> Protocols, bool RequireKnownMemberId, bool SupportsSkippingAssignment);

/// <summary>A member as the leader sees it, with its metadata of the chosen protocol.</summary>
public sealed record JoinedMember(string MemberId, string? GroupInstanceId, byte[] Metadata);

/// <summary>The answer to JoinGroup; <paramref name="Members"/> is filled for the leader only.</summary>
public sealed record JoinGroupResult(
    ErrorCode Error, int GenerationId, string? ProtocolType, string? ProtocolName, string Leader, bool SkipAssignment, string MemberId,
    IReadOnlyList<JoinedMember> Members);

/// <summary>What the leader assigns to a member (opaque).</summary>
public readonly record struct MemberAssignment(string MemberId, byte[] Assignment);

/// <summary>SyncGroup; protocol type and name are null before v5.</summary>
public sealed record SyncGroupCommand(
    string GroupId, int GenerationId, string MemberId, string? GroupInstanceId, string? ProtocolType, string? ProtocolName,
    IReadOnlyList<MemberAssignment> Assignments);

/// <summary>The answer to SyncGroup.</summary>
public sealed record SyncGroupResult(ErrorCode Error, string? ProtocolType, string? ProtocolName, byte[] Assignment);

/// <summary>A member that leaves; static members may be named by instance id with an empty member id.</summary>
public readonly record struct LeavingMember(string MemberId, string? GroupInstanceId);

/// <summary>The answer to LeaveGroup: one error per named member.</summary>
public sealed record LeaveGroupResult(ErrorCode Error, IReadOnlyList<ErrorCode> MemberErrors);

/// <summary>An offset to commit: the next record to read.</summary>
public readonly record struct OffsetToCommit(TopicPartition Partition, long Offset, int LeaderEpoch, string? Metadata);

/// <summary>OffsetCommit. Generation -1 with an empty member id is a commit from outside the group.</summary>
public sealed record OffsetCommitCommand(
    string GroupId, int GenerationId, string MemberId, string? GroupInstanceId, IReadOnlyList<OffsetToCommit> Offsets);

/// <summary>TxnOffsetCommit: offsets that count once the producer's transaction commits. Generation -1 before v3.</summary>
public sealed record TxnOffsetCommitCommand(
    string TransactionalId, string GroupId, long ProducerId, short ProducerEpoch, int GenerationId, string MemberId, string? GroupInstanceId,
    IReadOnlyList<OffsetToCommit> Offsets);

/// <summary>A committed offset; offset -1, epoch -1 and empty metadata when there is none.</summary>
public readonly record struct FetchedOffset(TopicPartition Partition, long Offset, int LeaderEpoch, string Metadata, ErrorCode Error);

/// <summary>States by their names on the wire (ListGroups, DescribeGroups).</summary>
public enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// <summary>One line of ListGroups; <paramref name="Type"/> is <c>classic</c>.</summary>
public sealed record GroupListing(string GroupId, string ProtocolType, GroupState State, string Type);

/// <summary>A member in DescribeGroups.</summary>
public sealed record DescribedMember(
    string MemberId, string? GroupInstanceId, string ClientId, string ClientHost, byte[] Metadata, byte[] Assignment);

/// <summary>DescribeGroups of a known group.</summary>
public sealed record GroupDescription(
    string GroupId, GroupState State, string ProtocolType, string ProtocolName, IReadOnlyList<DescribedMember> Members);
