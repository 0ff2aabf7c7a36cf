using System.Collections.Immutable;
using System.Net;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect;

/// <summary>Settings of a <see cref="ConnectWorker"/>.</summary>
public sealed record ConnectWorkerOptions
{
    /// <summary>Where the REST API listens; port 0 picks a free one.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 8083);

    /// <summary>User that every path of the REST API asks for by Basic authentication; null lets everyone in.</summary>
    public string? BasicUser { get; init; }

    /// <summary>Password of <see cref="BasicUser"/>.</summary>
    public string? BasicPassword { get; init; }

    /// <summary>The cluster that keeps the worker's state and takes its records.</summary>
    public required KafkaConnection Kafka { get; init; }

    /// <summary>Awaited before the cluster is spoken to for the first time: whatever makes the user that <see cref="Kafka"/> signs in as. REST answers meanwhile.</summary>
    public Func<CancellationToken, Task> WhenKafkaIsReady { get; init; } = _ => Task.CompletedTask;

    /// <summary>What resolves references in configurations.</summary>
    public ImmutableArray<IConfigProvider> ConfigProviders { get; init; } = [];

    /// <summary>Which addresses connectors may read; held at each start of a connector or task, as links and lists change.</summary>
    public SourceRules Sources { get; init; } = SourceRules.None;

    /// <summary>Start of the transactional ids (<c>group-connector-task</c>); two workers with one id fence each other's tasks.</summary>
    public string GroupId { get; init; } = "connect-cluster";

    /// <summary>Compacted topic of connector configurations; created where missing.</summary>
    public string ConfigTopic { get; init; } = "connect-configs";

    /// <summary>Compacted topic of source offsets; created where missing.</summary>
    public string OffsetTopic { get; init; } = "connect-offsets";

    /// <summary>Compacted topic of states; created where missing.</summary>
    public string StatusTopic { get; init; } = "connect-status";

    /// <summary>Replication of topics the worker creates; -1 takes the broker's default.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>How long <see cref="ConnectWorker.StartAsync"/> waits for Kafka; after it the worker goes on trying in the background.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
