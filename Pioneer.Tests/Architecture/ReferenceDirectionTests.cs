using System.Reflection;
using Xunit;

namespace Pioneer.Tests.Architecture;

/// <summary>References point one way: Portal to Jobs to Domain to Sources to Ksql; Embedded to Sources, Streams and Ksql; Streams to Ksql; Jobs and Embedded to Kafka.Protocol; Portal to Embedded.</summary>
public sealed class ReferenceDirectionTests
{
    [Theory]
    [InlineData("Pioneer.Ksql", new string[0])]
    [InlineData("Pioneer.Sources", new[] { "Pioneer.Ksql" })]
    [InlineData("Pioneer.Domain", new[] { "Pioneer.Ksql", "Pioneer.Sources" })]
    [InlineData("Pioneer.Streams", new[] { "Pioneer.Ksql" })]
    [InlineData("Pioneer.Kafka.Protocol", new string[0])]
    [InlineData("Pioneer.Jobs", new[] { "Pioneer.Domain", "Pioneer.Ksql", "Pioneer.Sources", "Pioneer.Kafka.Protocol" })]
    [InlineData("Pioneer.Embedded", new[] { "Pioneer.Ksql", "Pioneer.Streams", "Pioneer.Sources", "Pioneer.Kafka.Protocol" })]
    [InlineData("Pioneer.Portal", new[] { "Pioneer.Jobs", "Pioneer.Domain", "Pioneer.Ksql", "Pioneer.Sources", "Pioneer.Embedded" })]
    public void Assembly_refers_only_downwards(string assembly, string[] allowed)
    {
        var referred = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Pioneer.", StringComparison.Ordinal));

        Assert.Empty(referred.Except(allowed));
    }
}
