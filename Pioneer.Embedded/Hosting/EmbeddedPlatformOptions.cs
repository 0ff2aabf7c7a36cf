using System.Collections.Immutable;
using System.Net;
using Pioneer.Embedded.Connect;
using Pioneer.Sources;

namespace Pioneer.Embedded;

/// <summary>Which parts of the embedded platform run, and where. A part without an endpoint does not run.</summary>
public sealed record EmbeddedPlatformOptions
{
    /// <summary>Folder that everything is kept in; made where missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Kafka listener without authentication.</summary>
    public IPEndPoint? KafkaPlainEndpoint { get; init; }

    /// <summary>Kafka listener with SASL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512).</summary>
    public IPEndPoint? KafkaSaslEndpoint { get; init; }

    /// <summary>REST of the ksql server.</summary>
    public IPEndPoint? KsqlEndpoint { get; init; }

    /// <summary>REST of the Connect worker.</summary>
    public IPEndPoint? ConnectEndpoint { get; init; }

    /// <summary>Kafka user that may do everything. With it the authorizer is on; without it everybody may do everything.</summary>
    public string? SuperUser { get; init; }

    /// <summary>Password of <see cref="SuperUser"/>.</summary>
    public string? SuperPassword { get; init; }

    /// <summary>Whether asking the embedded broker for an unknown topic creates it (auto.create.topics.enable).</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>Partitions of a topic of the embedded broker that is created without a number (num.partitions).</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Cluster to run against in place of the embedded broker, which then does not run.</summary>
    public KafkaConnection? ExternalKafka { get; init; }

    /// <summary>User that the ksql server asks for by Basic authentication; null asks for none.</summary>
    public string? KsqlUser { get; init; }

    /// <summary>Password of <see cref="KsqlUser"/>.</summary>
    public string? KsqlPassword { get; init; }

    /// <summary>User that the Connect worker asks for by Basic authentication; null asks for none.</summary>
    public string? ConnectUser { get; init; }

    /// <summary>Password of <see cref="ConnectUser"/>.</summary>
    public string? ConnectPassword { get; init; }

    /// <summary>What resolves references in connectors' configurations.</summary>
    public ImmutableArray<IConfigProvider> ConfigProviders { get; init; } = [];

    /// <summary>Which addresses connectors may read.</summary>
    public SourceRules Sources { get; init; } = SourceRules.None;

    /// <summary>Folder of the demo bank; <c>demo</c> under <see cref="DataDirectory"/> when null.</summary>
    public string? DemoDirectory { get; init; }

    /// <summary>Whether the demo bank runs.</summary>
    public bool Demo { get; init; }

    /// <summary>Payments a second of the demo bank.</summary>
    public double DemoPaymentsPerSecond { get; init; } = 5;

    /// <summary>What the addresses are called where they are given, for messages.</summary>
    internal ListenSwitches Switches { get; init; } = ListenSwitches.OfProgram;

    /// <summary>Whether the embedded broker runs.</summary>
    public bool BrokerEnabled => ExternalKafka is null && (KafkaPlainEndpoint ?? KafkaSaslEndpoint) is not null;
}

/// <summary>Names of the switches that say where each part listens.</summary>
internal sealed record ListenSwitches(string Kafka, string KafkaSasl, string Ksql, string Connect)
{
    /// <summary>Of the program by itself.</summary>
    public static ListenSwitches OfProgram { get; } = new("kafka", "kafka-sasl", "ksql", "connect");

    /// <summary>Configuration keys of a host; its broker asks everybody to sign in.</summary>
    public static ListenSwitches OfHost { get; } = new("Embedded:Kafka", "Embedded:Kafka", "Embedded:Ksql", "Embedded:Connect");
}
