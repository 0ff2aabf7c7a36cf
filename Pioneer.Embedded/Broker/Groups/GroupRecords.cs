using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <summary>A member as stored with its group.</summary>
internal sealed record StoredMember(
    string MemberId, string? GroupInstanceId, string ClientId, string ClientHost, int RebalanceTimeoutMs, int SessionTimeoutMs, byte[] Metadata,
    byte[] Assignment);

/// <summary>A group as stored: what it needs to go on after a restart without a rebalance.</summary>
internal sealed record StoredGroup(
    string ProtocolType, int Generation, string? ProtocolName, string? Leader, long StateSinceMs, IReadOnlyList<StoredMember> Members);

/// <summary>
/// Records of <c>__consumer_offsets</c> in Kafka's own formats (OffsetCommitKey 1 / Value 3, GroupMetadataKey 2 / Value 3), so that tools
/// that read the topic understand it.
/// </summary>
internal static class GroupRecords
{
    public const short OffsetKeyVersion = 1;
    public const short GroupKeyVersion = 2;
    private const short ValueVersion = 3;

    public static byte[] OffsetKey(string groupId, TopicPartition partition) =>
        new StateWriter().Int16(OffsetKeyVersion).String(groupId).String(partition.Topic).Int32(partition.Partition).ToArray();

    public static StateRecord Offset(string groupId, TopicPartition partition, in CommittedOffset offset) => new(
        OffsetKey(groupId, partition),
        new StateWriter().Int16(ValueVersion).Int64(offset.Offset).Int32(offset.LeaderEpoch).String(offset.Metadata).Int64(offset.CommitTimeMs)
            .ToArray());

    public static byte[] GroupKey(string groupId) => new StateWriter().Int16(GroupKeyVersion).String(groupId).ToArray();

    public static StateRecord Group(string groupId, StoredGroup group)
    {
        var value = new StateWriter().Int16(ValueVersion).String(group.ProtocolType).Int32(group.Generation).String(group.ProtocolName)
            .String(group.Leader).Int64(group.StateSinceMs).Int32(group.Members.Count);
        foreach (var member in group.Members)
        {
            value.String(member.MemberId).String(member.GroupInstanceId).String(member.ClientId).String(member.ClientHost)
                .Int32(member.RebalanceTimeoutMs).Int32(member.SessionTimeoutMs).Bytes(member.Metadata).Bytes(member.Assignment);
        }

        return new StateRecord(GroupKey(groupId), value.ToArray());
    }

    /// <summary>Group id and, for an offset, its partition; null for a key of another kind.</summary>
    public static (string GroupId, TopicPartition? Partition)? ReadKey(ReadOnlySpan<byte> key)
    {
        var reader = new StateReader(key);
        return reader.Int16() switch
        {
            OffsetKeyVersion or 0 => (reader.String(), new TopicPartition(reader.String(), reader.Int32())),
            GroupKeyVersion => (reader.String(), null),
            _ => null,
        };
    }

    public static CommittedOffset ReadOffset(ReadOnlySpan<byte> value, long logOffset)
    {
        var reader = new StateReader(value);
        reader.Int16();
        return new CommittedOffset(reader.Int64(), reader.Int32(), reader.String(), reader.Int64(), logOffset);
    }

    public static StoredGroup ReadGroup(ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        reader.Int16();
        var protocolType = reader.String();
        var generation = reader.Int32();
        var protocol = reader.NullableString();
        var leader = reader.NullableString();
        var since = reader.Int64();
        var members = new List<StoredMember>();
        for (var count = reader.Int32(); count > 0; count--)
        {
            members.Add(new StoredMember(
                reader.String(), reader.NullableString(), reader.String(), reader.String(), reader.Int32(), reader.Int32(), reader.Bytes(),
                reader.Bytes()));
        }

        return new StoredGroup(protocolType, generation, protocol, leader, since, members);
    }
}
