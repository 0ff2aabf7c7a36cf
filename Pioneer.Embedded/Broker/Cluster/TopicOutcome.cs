namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>What came of an administrative step on one topic or resource.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> when it is done.</param>
/// <param name="Message">Why not, in words; null when done.</param>
/// <param name="Topic">The topic as it is now, or would be; null when there is none.</param>
public sealed record TopicOutcome(ErrorCode Error, string? Message, TopicMetadata? Topic)
{
    internal static TopicOutcome Done(TopicMetadata topic) => new(ErrorCode.None, null, topic);

    internal static TopicOutcome Refused(ErrorCode error, string message) => new(error, message, null);
}
