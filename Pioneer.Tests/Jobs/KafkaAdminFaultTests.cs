using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>What no broker can be asked for: answers that Confluent.Kafka's admin client cannot read, after which it has destroyed itself.</summary>
public sealed class KafkaAdminFaultTests
{
    private const short Metadata = 3, Versions = 18, Unsupported = 35;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_that_destroyed_itself_over_a_partition_without_replicas_is_replaced()
    {
        var hasReplicas = false;
        ScriptedBroker? broker = null;
        await using var started = broker = new ScriptedBroker((api, version) => (api, version) switch
        {
            (Versions, > 0) => [0, (byte)Unsupported, 0, 0, 0, 0],
            (Versions, _) => ScriptedBroker.Ranges((Metadata, 4, 4), (Versions, 0, 0)),
            (Metadata, _) => Topic(broker!.Port, hasReplicas),
            _ => null,
        }).Start();
        var options = new KafkaOptions { BootstrapServers = broker.Address, SecurityProtocol = "PLAINTEXT", RequestTimeoutMs = 1000 };
        using var admin = new KafkaAdmin(
            new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance);

        await Assert.ThrowsAsync<KafkaUnavailableException>(() => admin.PartitionCountsAsync(["t"], Ct));
        hasReplicas = true;

        Assert.Single(await admin.PartitionCountsAsync(["t"], Ct));
        Assert.True(await admin.IsAnsweringAsync(TimeSpan.FromSeconds(30), Ct));
    }

    /// <summary>Metadata version 4: one broker, one topic, one partition.</summary>
    private static byte[] Topic(int port, bool hasReplicas)
    {
        var bytes = new List<byte>();
        Int32(0);
        Int32(1);
        Int32(0);
        Text("127.0.0.1");
        Int32(port);
        Int16(-1);
        Text("cluster");
        Int32(0);
        Int32(1);
        Int16(0);
        Text("t");
        bytes.Add(0);
        Int32(1);
        Int16(0);
        Int32(0);
        Int32(0);
        Nodes();
        Nodes();
        return [.. bytes];

        void Nodes()
        {
            Int32(hasReplicas ? 1 : 0);
            if (hasReplicas)
            {
                Int32(0);
            }
        }

        void Int16(short value) => Add(stackalloc byte[sizeof(short)], span => BinaryPrimitives.WriteInt16BigEndian(span, value));

        void Int32(int value) => Add(stackalloc byte[sizeof(int)], span => BinaryPrimitives.WriteInt32BigEndian(span, value));

        void Text(string value)
        {
            Int16((short)value.Length);
            bytes.AddRange(Encoding.UTF8.GetBytes(value));
        }

        void Add(Span<byte> span, Write write)
        {
            write(span);
            bytes.AddRange(span);
        }
    }

    private delegate void Write(Span<byte> span);
}
