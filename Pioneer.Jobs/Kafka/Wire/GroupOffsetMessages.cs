using System.Collections.Immutable;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>Who coordinates a group, as a broker says.</summary>
internal sealed record GroupCoordinator(string Group, string Host, int Port, ErrorCode Error);

/// <summary>What the coordinator says of one group. A topic's partitions have errors of their own.</summary>
internal sealed record FetchedGroup(string Group, ImmutableArray<(TopicPartition Partition, long Offset, ErrorCode Error)> Offsets, ErrorCode Error);

/// <summary>FindCoordinator version 4 (KIP-699) and OffsetFetch version 8 (KIP-709): any number of groups in one request; Apache Kafka 3.0 and later.</summary>
internal static class GroupOffsetMessages
{
    public const short FindVersion = 4;
    public const short FetchVersion = 8;

    private const sbyte GroupKey = 0;

    public static void WriteFind(WireWriter writer, IReadOnlyCollection<string> groups)
    {
        writer.Int8(GroupKey);
        writer.Array(groups, (item, group) => item.String(group));
        writer.EndStruct();
    }

    public static ImmutableArray<GroupCoordinator> ReadFound(WireReader reader)
    {
        reader.Int32();
        var found = reader.Array(item =>
        {
            var group = item.String();
            item.Int32();
            var (host, port, error) = (item.String(), item.Int32(), (ErrorCode)item.Int16());
            item.NullableString();
            item.EndStruct();
            return new GroupCoordinator(group, host, port, error);
        });
        reader.EndStruct();
        return found;
    }

    /// <summary>Asks for the offsets of all partitions of the groups.</summary>
    public static void WriteFetch(WireWriter writer, IReadOnlyCollection<string> groups, bool stable)
    {
        writer.Array(groups, (item, group) =>
        {
            item.String(group);
            item.NullArray();
            item.EndStruct();
        });
        writer.Bool(stable);
        writer.EndStruct();
    }

    public static ImmutableArray<FetchedGroup> ReadFetched(WireReader reader)
    {
        reader.Int32();
        var groups = reader.Array(item =>
        {
            var group = item.String();
            var offsets = item.Array(ReadTopic);
            var error = (ErrorCode)item.Int16();
            item.EndStruct();
            return new FetchedGroup(group, [.. offsets.SelectMany(topic => topic)], error);
        });
        reader.EndStruct();
        return groups;
    }

    private static ImmutableArray<(TopicPartition Partition, long Offset, ErrorCode Error)> ReadTopic(WireReader reader)
    {
        var topic = reader.String();
        var partitions = reader.Array(item =>
        {
            var (partition, offset) = (item.Int32(), item.Int64());
            item.Int32();
            item.NullableString();
            var error = (ErrorCode)item.Int16();
            item.EndStruct();
            return (new TopicPartition(topic, partition), offset, error);
        });
        reader.EndStruct();
        return partitions;
    }
}
