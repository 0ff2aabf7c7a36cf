using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>The nodes, started once for all tests of the collection. Where they cannot be the tests skip with a sentence.</summary>
public sealed class SharedKafka : KafkaNodes, IAsyncLifetime;

/// <summary>Tests that share the three nodes; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedKafkaCollection : ICollectionFixture<SharedKafka>
{
    public const string Name = "three secured Apache Kafka nodes";
}
