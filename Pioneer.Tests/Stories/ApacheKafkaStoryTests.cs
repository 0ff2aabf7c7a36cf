using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>The same story with the broker replaced by three secured Apache Kafka nodes; ksql server and Connect worker stay embedded and run against them.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaStoryTests(SharedKafka kafka)
{
    [Fact]
    public async Task Main_story_runs_on_three_secured_apache_kafka_nodes_with_the_same_verdicts()
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        var ct = TestContext.Current.CancellationToken;
        string[] cluster =
        [
            $"--Kafka:BootstrapServers={kafka.Options.BootstrapServers}", $"--Kafka:SecurityProtocol={kafka.Options.SecurityProtocol}",
            $"--Kafka:SaslMechanism={kafka.Options.SaslMechanism}", $"--Kafka:Username={kafka.Options.Username}", $"--Kafka:Password={kafka.Options.Password}",
        ];
        await using var portal = await PortalProcess.StartAsync(ct, [.. PortalProcess.Unattended, .. cluster, "--demo", "true"]);

        await ApiStoryTests.MainStory.RunAsync(portal, new ApiStory(portal, ct), ct, drillTarget: false);
    }
}
