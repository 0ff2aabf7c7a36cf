using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>
/// Queries of the ksql server over crashes of a whole Apache Kafka. Its nodes come back one after the other, and librdkafka may then wait for ever for
/// the coordinator of a query's group (its issues 5456 and 5511); the query must not wait with it.
/// </summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class CrashedKafkaTests(SharedKafka kafka) : IDisposable
{
    // so many that each node coordinates the groups of some
    private const int Queries = 12;

    // more rounds for a soak: PIONEER_KILL_ROUNDS=20
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("PIONEER_KILL_ROUNDS") ?? "2", CultureInfo.InvariantCulture);
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-crashed-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => TestFolder.Delete(_directory);

    [Fact]
    public async Task Every_query_goes_on_once_each_record_after_all_nodes_were_killed()
    {
        Assert.SkipWhen(kafka.Missing is not null || !kafka.IsOurs, kafka.Missing ?? "The cluster runs for others too.");
        await CreateTopicsAsync();
        await using var ksql = await KsqlOnApacheKafka.StartAsync(kafka.Connection, _directory);
        for (var i = 0; i < Queries; i++)
        {
            await ksql.RunAsync($"CREATE STREAM SRC{i} (ID BIGINT KEY, V BIGINT) WITH (KAFKA_TOPIC='{Input(i)}', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
                + $"CREATE STREAM COPY{i} (ID BIGINT KEY, V BIGINT) WITH (KAFKA_TOPIC='{Output(i)}', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"
                + $"INSERT INTO COPY{i} WITH (QUERY_ID='CRASH_{i}') SELECT ID, V FROM SRC{i} EMIT CHANGES;");
        }

        await EveryQueryHasBegunAsync();
        using var consumer = Reader();
        var records = Enumerable.Range(0, Queries).SelectMany(i => new[] { Input(i), Output(i) }).ToDictionary(topic => topic, _ => new List<string>());
        for (var round = 1; round <= Rounds; round++)
        {
            using var enough = new CancellationTokenSource();
            var load = Task.WhenAll(Enumerable.Range(0, Queries).Select(i => LoadAsync(i, enough.Token)));
            await kafka.CrashAsync();
            await kafka.StartAgainAsync();
            await enough.CancelAsync();
            await load;

            var last = $"{-round}";
            await WriteLastAsync(last);
            ReadUntil(consumer, records, last);
            Assert.All(Enumerable.Range(0, Queries), i => Assert.Equal(records[Input(i)], records[Output(i)]));
        }
    }

    /// <summary>Writes a record after the other, some ten a second, whatever becomes of them: those that a topic has are what its query must pass on.</summary>
    private async Task LoadAsync(int query, CancellationToken enough)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig(Client()) { MessageTimeoutMs = 2000, LingerMs = 100 })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        for (var key = 0; !enough.IsCancellationRequested; key++)
        {
            try
            {
                await producer.ProduceAsync(Input(query), Record($"{key}"), Ct);
            }
            catch (ProduceException<string, string>)
            {
                // written or not: what the topic has in the end is what counts
                continue;
            }
        }
    }

    private async Task WriteLastAsync(string key)
    {
        using var producer = new ProducerBuilder<string, string>(Client()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        await Task.WhenAll(Enumerable.Range(0, Queries).Select(i => producer.ProduceAsync(Input(i), Record(key), Ct)));
    }

    private static Message<string, string> Record(string key) => new() { Key = key, Value = "{\"V\":1}" };

    /// <summary>Adds the keys of every topic's records up to the last one.</summary>
    private static void ReadUntil(IConsumer<string, string> consumer, Dictionary<string, List<string>> records, string last)
    {
        var ended = new HashSet<string>();
        var began = TimeProvider.System.GetTimestamp();
        while (ended.Count < records.Count)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record)
            {
                records[record.Topic].Add(record.Message.Key);
                if (record.Message.Key == last)
                {
                    ended.Add(record.Topic);
                }
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience.Usual, $"Nothing more came from {string.Join(", ", records.Keys.Except(ended))}.");
        }
    }

    /// <summary>A query begins at the end of its topic: what is written before it stands there is not its own, and its statement is answered before that.</summary>
    private async Task EveryQueryHasBegunAsync()
    {
        for (var i = 0; i < Queries; i++)
        {
            var partition = new TopicPartition(Input(i), 0);
            using var group = new ConsumerBuilder<string, string>(new ConsumerConfig(Client()) { GroupId = $"_confluent-ksql-default_query_CRASH_{i}" })
                .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            await Wait.UntilAsync(() => group.Committed([partition], Patience.Usual)[0].Offset.Value >= 0);
        }
    }

    private async Task CreateTopicsAsync()
    {
        using var admin = new AdminClientBuilder(Client()).Build();
        await admin.CreateTopicsAsync(Enumerable.Range(0, Queries).SelectMany(
            i => new[] { Input(i), Output(i) }.Select(name => new TopicSpecification { Name = name, NumPartitions = 1, ReplicationFactor = 3 })));
    }

    private static string Input(int query) => $"crash.in.{query}";

    private static string Output(int query) => $"crash.out.{query}";

    private ClientConfig Client() => kafka.Connection.Apply(new ClientConfig());

    private IConsumer<string, string> Reader()
    {
        var consumer = new ConsumerBuilder<string, string>(
            new ConsumerConfig(Client()) { GroupId = "crash.reader", EnableAutoCommit = false, IsolationLevel = IsolationLevel.ReadCommitted })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Queries).SelectMany(i => new[] { Input(i), Output(i) }).Select(topic => new TopicPartitionOffset(topic, 0, Offset.Beginning)));
        return consumer;
    }
}
