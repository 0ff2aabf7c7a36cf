using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <summary>Writes groups and offsets to <c>__consumer_offsets</c>. Thread safe.</summary>
internal sealed class GroupStore(StateLog log)
{
    public StateLog Log => log;

    public TopicPartition PartitionOf(string groupId) => new(log.Topic, log.PartitionOf(groupId));

    public ErrorCode SaveGroup(string groupId, StoredGroup group) => Coordinator(Append(groupId, [GroupRecords.Group(groupId, group)]));

    /// <summary>Appends offsets, as part of the producer's transaction when one is given. Answers where they lie.</summary>
    public (ErrorCode Error, long LogOffset) SaveOffsets(
        string groupId, IReadOnlyList<(TopicPartition Partition, CommittedOffset Offset)> offsets, long producerId, short producerEpoch)
    {
        var result = log.Append(
            log.PartitionOf(groupId), offsets.Select(o => GroupRecords.Offset(groupId, o.Partition, o.Offset)), producerId, producerEpoch);
        return (Coordinator(result.Error), result.BaseOffset);
    }

    /// <summary>Deletes offsets and, when asked, the group itself, in one batch.</summary>
    public ErrorCode Delete(string groupId, IEnumerable<TopicPartition> partitions, bool group)
    {
        StateRecord[] records =
        [
            .. partitions.Select(p => new StateRecord(GroupRecords.OffsetKey(groupId, p), null)),
            .. group ? [new StateRecord(GroupRecords.GroupKey(groupId), null)] : Array.Empty<StateRecord>(),
        ];
        return records.Length == 0 ? ErrorCode.None : Coordinator(Append(groupId, records));
    }

    private ErrorCode Append(string groupId, IEnumerable<StateRecord> records) => log.Append(log.PartitionOf(groupId), records).Error;

    // A full disk is no fault of the client: it may try again.
    private static ErrorCode Coordinator(ErrorCode error) => error == ErrorCode.None ? error : ErrorCode.CoordinatorNotAvailable;
}
