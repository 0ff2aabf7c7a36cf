namespace Pioneer.Embedded.Broker.Log;

/// <summary>A partition by name, as clients, groups and transactions refer to it.</summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary><c>topic-partition</c>, the way Kafka names the directory.</summary>
    public override string ToString() => $"{Topic}-{Partition}";
}
