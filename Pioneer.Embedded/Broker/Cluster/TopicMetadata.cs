using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>A topic. The replication factor is what its creator asked for; one replica is kept by one broker.</summary>
/// <param name="Id">Its id, new when a topic is created again.</param>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Number of partitions.</param>
/// <param name="ReplicationFactor">As asked for.</param>
/// <param name="Configs">The configs set on it; all others are the defaults of <see cref="ConfigLayers"/>.</param>
public sealed record TopicMetadata(
    Guid Id, string Name, int Partitions, short ReplicationFactor, ImmutableSortedDictionary<string, string> Configs);
