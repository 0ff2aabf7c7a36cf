using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Kafka.Wire;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// What no broker can be asked for: answers that Confluent.Kafka's admin client cannot read. It destroys itself over them, and a request that comes
/// meanwhile ends the process.
/// </summary>
public sealed class KafkaAdminFaultTests
{
    private const short Metadata = 3, Versions = 18, Unsupported = 35;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Partition_without_replicas_is_counted_and_costs_nobody_the_client()
    {
        ScriptedBroker? broker = null;
        await using var started = broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
            (Versions, _) => ScriptedBroker.Ranges((Metadata, 12, 12), (Versions, 0, 0)),
            (Metadata, _) => Topic(broker!.Port),
            _ => null,
        }).Start();
        var options = new KafkaOptions { BootstrapServers = broker.Address, SecurityProtocol = "PLAINTEXT", RequestTimeoutMs = 1000 };
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => admin.PartitionCountsAsync(["t"], Ct)));

        Assert.All(counts, count => Assert.Equal(1, Assert.Single(count).Value));
        Assert.True(await admin.IsAnsweringAsync(TimeSpan.FromSeconds(30), Ct));
    }

    /// <summary>Metadata version 12: one broker, one topic, one partition that nobody leads and nobody holds.</summary>
    private static byte[] Topic(int port)
    {
        var writer = new WireWriter { Flexible = true };
        writer.EndStruct();
        writer.Int32(0);
        writer.Array([port], (broker, number) =>
        {
            broker.Int32(0);
            broker.String("127.0.0.1");
            broker.Int32(number);
            broker.String(null);
            broker.EndStruct();
        });
        writer.String("cluster");
        writer.Int32(0);
        writer.Array(["t"], (topic, name) =>
        {
            topic.Int16(0);
            topic.String(name);
            topic.NoUuid();
            topic.Bool(false);
            topic.Array([0], (partition, number) =>
            {
                partition.Int16((short)ErrorCode.LeaderNotAvailable);
                partition.Int32(number);
                partition.Int32(-1);
                partition.Int32(-1);
                partition.Array<int>([], (_, _) => { });
                partition.Array<int>([], (_, _) => { });
                partition.Array<int>([], (_, _) => { });
                partition.EndStruct();
            });
            topic.Int32(int.MinValue);
            topic.EndStruct();
        });
        writer.EndStruct();
        return writer.Written.ToArray();
    }
}
