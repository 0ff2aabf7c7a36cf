using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Groups;

/// <summary>The one thing the broker reads of a member's metadata: the topics a consumer subscribes to (ConsumerProtocolSubscription).</summary>
internal static class ConsumerSubscription
{
    public const string ProtocolType = "consumer";

    /// <summary>The subscribed topics; null when the bytes are not such a subscription.</summary>
    public static IReadOnlyCollection<string>? ReadTopics(byte[] metadata)
    {
        try
        {
            var reader = new StateReader(metadata);
            reader.Int16();
            var topics = new List<string>();
            for (var count = reader.Int32(); count > 0; count--)
            {
                topics.Add(reader.String());
            }

            return topics;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
