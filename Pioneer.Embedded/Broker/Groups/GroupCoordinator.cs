using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <summary>
/// Consumer groups of the classic protocol and committed offsets, kept in <c>__consumer_offsets</c>. Thread safe; timeouts run on
/// the given clock.
/// </summary>
public sealed class GroupCoordinator : IAsyncDisposable
{
    private static NotSupportedException Pending() => new("landing in the next commits");

    /// <summary>Loads groups and offsets from the log.</summary>
    public static GroupCoordinator Open(LogManager logs, GroupOptions options, ILoggerFactory loggers, TimeProvider time) => throw Pending();

    /// <summary>The partition of <c>__consumer_offsets</c> that keeps this group (AddOffsetsToTxn adds it).</summary>
    public TopicPartition PartitionOf(string groupId) => throw Pending();

    /// <summary>Joins and parks until the rebalance ends; cancelling (connection gone) only stops waiting.</summary>
    public Task<JoinGroupResult> JoinAsync(JoinGroupCommand command, CancellationToken cancellationToken) => throw Pending();

    /// <summary>Parks until the leader's assignment is there.</summary>
    public Task<SyncGroupResult> SyncAsync(SyncGroupCommand command, CancellationToken cancellationToken) => throw Pending();

    public ErrorCode Heartbeat(string groupId, int generationId, string memberId, string? groupInstanceId) => throw Pending();

    public LeaveGroupResult Leave(string groupId, IReadOnlyList<LeavingMember> members) => throw Pending();

    /// <summary>Stores offsets durably; one error per offset, in order. Whether topics exist is checked by the caller.</summary>
    public IReadOnlyList<ErrorCode> CommitOffsets(OffsetCommitCommand command) => throw Pending();

    /// <summary>Committed offsets; <paramref name="partitions"/> null = all of the group.</summary>
    public IReadOnlyList<FetchedOffset> FetchOffsets(string groupId, IReadOnlyList<TopicPartition>? partitions, bool requireStable) => throw Pending();

    public IReadOnlyList<GroupListing> List() => throw Pending();

    /// <summary>Null for a group that does not exist.</summary>
    public GroupDescription? Describe(string groupId) => throw Pending();

    public ErrorCode Delete(string groupId) => throw Pending();

    /// <summary>OffsetDelete: a group error, else one error per partition.</summary>
    public (ErrorCode Error, IReadOnlyList<ErrorCode> PartitionErrors) DeleteOffsets(string groupId, IReadOnlyList<TopicPartition> partitions) =>
        throw Pending();

    /// <summary>Drops committed offsets of a deleted topic.</summary>
    public void OnTopicDeleted(string topic) => throw Pending();

    public ValueTask DisposeAsync() => throw Pending();
}
