using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>The nodes, started once for all tests of the collection. Where they cannot be the tests skip with a sentence.</summary>
public sealed class SharedKafka : KafkaNodes, IAsyncLifetime
{
    /// <summary>They look every two seconds for what retention deletes, so that a test can wait for it; Kafka's default is five minutes.</summary>
    protected override string[] Settings => ["log.retention.check.interval.ms=2000"];
}

/// <summary>Tests that share the three nodes; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedKafkaCollection : ICollectionFixture<SharedKafka>
{
    public const string Name = "three secured Apache Kafka nodes";
}
