using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>Asks one broker about one topic: Metadata version 4, which never makes a topic where it is told not to.</summary>
internal static class TopicLookup
{
    private const short Version = 4;

    /// <summary>The broker's own answer: whether it knows the topic, and whether it lets the signed-in principal describe it.</summary>
    public static async Task<ErrorCode> AskAsync(WireConnection connection, string topic, CancellationToken ct)
    {
        if (connection.VersionOf(WireApi.Metadata, Version) is not Version)
        {
            throw new InvalidDataException($"the broker does not speak version {Version} of Metadata");
        }

        var answer = await connection.SendAsync(WireApi.Metadata, Version, flexible: false, writer =>
        {
            writer.Array([topic], (item, name) => item.String(name));
            writer.Bool(false);
        }, ct);
        answer.Int32();
        answer.Array(broker => (broker.Int32(), broker.String(), broker.Int32(), broker.NullableString()));
        answer.NullableString();
        answer.Int32();
        // the topic that was asked for is the only one, and its error stands first: what follows is not needed
        return answer.Int32() == 1 ? (ErrorCode)answer.Int16() : throw new InvalidDataException($"the answer is not about {topic}");
    }
}
