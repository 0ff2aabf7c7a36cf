using System.Collections.Immutable;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>What a broker says of one topic: its id as Kafka's clients write it (base64 without padding) and the numbers of its partitions.</summary>
internal sealed record TopicDescription(string Name, string TopicId, ImmutableArray<int> Partitions, ErrorCode Error);

/// <summary>Metadata version 12 (KIP-516, topic ids; Apache Kafka 3.0 and later) of topics by name; makes none.</summary>
internal static class TopicMessages
{
    public const short Version = 12;

    // replicas, those in sync, those that are offline
    private const int NodeLists = 3;

    public static void Write(WireWriter writer, IReadOnlyCollection<string> topics)
    {
        writer.Array(topics, (item, name) =>
        {
            item.NoUuid();
            item.String(name);
            item.EndStruct();
        });
        writer.Bool(false);
        writer.Bool(false);
        writer.EndStruct();
    }

    public static ImmutableArray<TopicDescription> Read(WireReader reader)
    {
        reader.Int32();
        reader.Array(ReadBroker);
        reader.NullableString();
        reader.Int32();
        var topics = reader.Array(ReadTopic);
        reader.EndStruct();
        return topics;
    }

    private static int ReadBroker(WireReader reader)
    {
        var id = reader.Int32();
        reader.String();
        reader.Int32();
        reader.NullableString();
        reader.EndStruct();
        return id;
    }

    private static TopicDescription ReadTopic(WireReader reader)
    {
        var error = (ErrorCode)reader.Int16();
        var (name, id) = (reader.NullableString() ?? "", reader.Uuid());
        reader.Bool();
        var partitions = reader.Array(ReadPartition);
        reader.Int32();
        reader.EndStruct();
        return new TopicDescription(name, id, partitions, error);
    }

    /// <summary>The number alone: who leads and who follows is nothing that anybody here asks, and may be nobody after a crash.</summary>
    private static int ReadPartition(WireReader reader)
    {
        reader.Int16();
        var number = reader.Int32();
        reader.Int32();
        reader.Int32();
        for (var nodes = 0; nodes < NodeLists; nodes++)
        {
            reader.Array(node => node.Int32());
        }

        reader.EndStruct();
        return number;
    }
}
