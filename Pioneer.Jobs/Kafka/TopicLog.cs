namespace Pioneer.Jobs.Kafka;

/// <summary>What stands behind a topic's name at one time. An offset is a place in the log with this id and in no other, whatever its name is.</summary>
/// <param name="TopicId">As Kafka's clients write it (base64 without padding).</param>
/// <param name="Partitions">First and next offset of each partition, as a reader of committed records sees them.</param>
internal sealed record TopicLog(string TopicId, IReadOnlyDictionary<int, (long Start, long End)> Partitions)
{
    /// <summary>The leader epoch of each partition; none by brokers that do not tell.</summary>
    public IReadOnlyDictionary<int, int> Epochs { get; init; } = new Dictionary<int, int>();

    /// <summary>Where the records end that were there in the leader epoch that was asked about; none where that was not told.</summary>
    public IReadOnlyDictionary<int, long> KeptTo { get; init; } = new Dictionary<int, long>();
}
