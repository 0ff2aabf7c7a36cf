using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Embedded.Ksql;
using Pioneer.Tests.Embedded.BrokerClients;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>
/// The ksql server against Apache Kafka itself, secured. Skipped where that is not: everything it shows is shown against the embedded broker as
/// well.
/// </summary>
public sealed class ApacheKafkaTests : IAsyncLifetime
{
    // the script gives a node ten ports
    private const int PortsOfOneNode = 10;

    private const string Group = "_confluent-ksql-default_query_COPY_V1";

    // a compacted topic refuses records without a key
    private static readonly int[] WithoutKey = [210, 211, 299];
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-apache-").FullName;
    private string _bootstrap = "";

    private static string Cluster => KafkaScripts.Find("cluster")!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(KafkaScripts.Missing is not null, KafkaScripts.Missing ?? "");
        var started = await ToolRun.StartAsync(Cluster, ["start", Path.Combine(_directory, "k"), "--secure", "--port", $"{TestPorts.NextRow(PortsOfOneNode)}"]);
        Assert.True(started.ExitCode == 0, started.Errors);
        _bootstrap = started.Output.Trim().Split('\n')[^1];
    }

    public async ValueTask DisposeAsync()
    {
        if (_bootstrap.Length > 0)
        {
            await ToolRun.StartAsync(Cluster, ["stop", Path.Combine(_directory, "k")]);
        }

        TestFolder.Delete(_directory);
    }

    [Fact]
    public async Task Query_on_apache_kafka_honours_offsets_writes_exactly_once_over_restarts_and_refused_results_and_leaves_no_group()
    {
        using var admin = new AdminClientBuilder(Client()).Build();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = "in", NumPartitions = 2, ReplicationFactor = 1 },
            new TopicSpecification { Name = "out", NumPartitions = 2, ReplicationFactor = 1, Configs = new() { ["cleanup.policy"] = "compact" } },
        ]);
        Produce(0, 100);
        await Wait.UntilAsync("the group's coordinator of a cluster just started", () => TryCommitAsync(admin, Ends("in")));

        await using (var ksql = await StartAsync())
        {
            await ksql.RunAsync("CREATE STREAM SRC (ID BIGINT KEY, V BIGINT) WITH (KAFKA_TOPIC='in', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
                + "CREATE STREAM COPY (ID BIGINT KEY, V BIGINT) WITH (KAFKA_TOPIC='out', PARTITIONS=2, KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
                + "INSERT INTO COPY WITH (QUERY_ID='COPY_V1') SELECT ID, V + 1 AS V FROM SRC EMIT CHANGES;");
            Produce(100, 100);
        }

        await using (var ksql = await StartAsync())
        {
            Produce(200, 100);
            await Wait.UntilAsync("a lag of 0", () => Committed().OrderBy(c => c.Key).SequenceEqual(Ends("in").OrderBy(e => e.Key)));
            Assert.Equal(Enumerable.Range(100, 200).Except(WithoutKey), Read("out").Select(r => int.Parse(r.Message.Key, null)).Order());

            await ksql.RunAsync("TERMINATE COPY_V1;");
            Assert.DoesNotContain((await admin.ListConsumerGroupsAsync()).Valid, g => g.GroupId == Group);
        }
    }

    private static async Task<bool> TryCommitAsync(IAdminClient admin, Dictionary<int, long> offsets)
    {
        try
        {
            await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(Group, [.. offsets.Select(o => new TopicPartitionOffset("in", o.Key, o.Value))])]);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private KafkaConnection Connection => new(_bootstrap, "SASL_PLAINTEXT", "SCRAM-SHA-256", "admin", "admin-secret");

    private ClientConfig Client() => Connection.Apply(new ClientConfig());

    private Task<Pioneer.Embedded.Ksql.KsqlServer> StartAsync() => KsqlOnApacheKafka.StartAsync(Connection, Path.Combine(_directory, "ksql"));

    private void Produce(int first, int count)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig(Client()) { Partitioner = Partitioner.Murmur2Random, TransactionalId = "upstream" }).Build();
        producer.InitTransactions(Patience.Usual);
        producer.BeginTransaction();
        for (var i = first; i < first + count; i++)
        {
            producer.Produce("in", new Message<string, string> { Key = WithoutKey.Contains(i) ? null! : $"{i}", Value = $"{{\"V\":{i}}}" });
        }

        producer.CommitTransaction();
    }

    private Dictionary<int, long> Ends(string topic)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(Client()) { GroupId = "ends" }).Build();
        return Enumerable.Range(0, 2).ToDictionary(p => p, p => consumer.QueryWatermarkOffsets(new TopicPartition(topic, p), Patience.Usual).High.Value);
    }

    // by a consumer that does not join: librdkafka's admin request for it ends the process where a coordinator moves (issue 5040)
    private Dictionary<int, long> Committed()
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(Client()) { GroupId = Group }).Build();
        return consumer.Committed([.. Enumerable.Range(0, 2).Select(p => new TopicPartition("in", p))], Patience.Usual)
            .Where(p => p.Offset.Value >= 0).ToDictionary(p => p.Partition.Value, p => p.Offset.Value);
    }

    private List<ConsumeResult<string, string>> Read(string topic)
    {
        var config = new ConsumerConfig(Client()) { GroupId = "reader", EnablePartitionEof = true, IsolationLevel = IsolationLevel.ReadCommitted };
        using var consumer = new ConsumerBuilder<string, string>(config).Build();
        consumer.Assign(Enumerable.Range(0, 2).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var (records, ends, waited) = (new List<ConsumeResult<string, string>>(), 0, Stopwatch.StartNew());
        while (ends < 2)
        {
            Assert.True(waited.Elapsed < Patience.Usual, $"{topic}: {records.Count} records, the ends of {ends} of 2 partitions within {Patience.Usual}");
            var result = consumer.Consume(TimeSpan.FromMilliseconds(200));
            ends += result is { IsPartitionEOF: true } ? 1 : 0;
            if (result is { IsPartitionEOF: false })
            {
                records.Add(result);
            }
        }

        return records;
    }
}
