using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka;

/// <summary>A broker as clients reach it.</summary>
public sealed record KafkaBroker(int Id, string Host, int Port);

/// <summary>
/// A topic as the brokers hold it. <see cref="Configs"/> are all that apply to it, <see cref="Overrides"/> those set on the topic itself.
/// </summary>
public sealed record KafkaTopic(
    string Name, int Partitions, int ReplicationFactor, IReadOnlyDictionary<string, string> Configs, IReadOnlyDictionary<string, string> Overrides)
{
    /// <summary>Ids of the brokers with a replica, by partition; the preferred leader first.</summary>
    public required IReadOnlyList<int[]> Replicas { get; init; }

    /// <summary>Replicas in sync of the partition that has fewest.</summary>
    public required int FewestInSync { get; init; }
}

/// <summary>Where the replicas of a topic's partitions are to be, by partition in order.</summary>
public sealed record KafkaAssignment(string Topic, IReadOnlyList<IReadOnlyList<int>> Replicas);

/// <summary>A topic to be made.</summary>
public sealed record NewTopic(string Name, int Partitions, int ReplicationFactor, IReadOnlyDictionary<string, string> Config);

/// <summary>A user that can sign in by SCRAM, with the credentials it has.</summary>
public sealed record KafkaScramUser(string Name, IReadOnlyList<KafkaScramCredential> Credentials);

/// <summary>What a broker tells of a SCRAM credential.</summary>
public sealed record KafkaScramCredential(string Mechanism, int Iterations);

/// <summary>What the broker refused of one item of a batch.</summary>
public sealed record KafkaItemError(string Item, ErrorCode Code, string Reason)
{
    public bool IsTransient => KafkaAdmin.IsTransient(Code);
}
