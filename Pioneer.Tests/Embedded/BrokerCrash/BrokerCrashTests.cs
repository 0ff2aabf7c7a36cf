using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerCrash;

/// <summary>
/// kill -9 at random moments under load: what was acknowledged is there exactly once, a transaction is there wholly or not at all, and
/// committed offsets do not go back. PIONEER_CRASH_ROUNDS sets the number of kills (default 4).
/// </summary>
public sealed class BrokerCrashTests
{
    private const int TransactionSize = 10;
    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("PIONEER_CRASH_ROUNDS") ?? "4", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Killed_broker_loses_nothing_acknowledged_and_repeats_nothing()
    {
        await using var broker = new StandaloneBroker();
        await broker.StartAsync();
        await CreateTopicsAsync(broker);
        var load = new Load(broker.Bootstrap);
        using var stop = new CancellationTokenSource();
        Task[] running = [Task.Run(() => load.ProduceAsync(stop.Token)), Task.Run(() => load.Transact(stop.Token)), Task.Run(() => load.Commit(stop.Token))];

        var random = new Random();
        for (var round = 0; round < Rounds; round++)
        {
            var before = load.Acknowledged.Count;
            await Wait.UntilAsync("records acknowledged after the restart", () => load.Acknowledged.Count > before + 20);
            await Task.Delay(random.Next(50, 600), TestContext.Current.CancellationToken);
            await broker.KillAsync();
            await broker.StartAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        VerifyPlain(broker, load);
        VerifyTransactions(broker, load);
        VerifyOffsets(broker, load);
    }

    [Fact]
    public async Task Killed_broker_starts_again_in_a_moment_with_what_was_administered()
    {
        await using var broker = new StandaloneBroker();
        await broker.StartAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).SetLogHandler((_, _) => { }).Build();
        for (var i = 0; i < 10; i++)
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = $"t{i}", NumPartitions = 2, ReplicationFactor = 1 }]);
        }

        await broker.KillAsync();
        await broker.StartAsync();

        var topics = admin.GetMetadata(Patience.Usual).Topics.Where(t => !t.Topic.StartsWith('_')).ToList();
        Assert.Equal(10, topics.Count);
        Assert.All(topics, t => Assert.Equal(2, t.Partitions.Count));
    }

    private static async Task CreateTopicsAsync(StandaloneBroker broker)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).SetLogHandler((_, _) => { }).Build();
        await admin.CreateTopicsAsync(new[] { "plain", "tx-a", "tx-b" }.Select(name =>
            new TopicSpecification { Name = name, NumPartitions = 1, ReplicationFactor = 1 }));
    }

    private static void VerifyPlain(StandaloneBroker broker, Load load)
    {
        var read = ReadAll(broker, "plain");
        Assert.Equal(Enumerable.Range(0, read.Count).Select(i => (long)i), read.Select(r => r.Offset.Value));
        Assert.Equal(read.Count, read.Select(r => r.Message.Value).Distinct().Count());
        Assert.Empty(load.Acknowledged.Keys.Except(read.Select(r => r.Message.Value)));
    }

    private static void VerifyTransactions(StandaloneBroker broker, Load load)
    {
        foreach (var topic in new[] { "tx-a", "tx-b" })
        {
            var transactions = ReadAll(broker, topic).GroupBy(r => r.Message.Key).ToDictionary(g => g.Key, g => g.Count());
            Assert.All(transactions, t => Assert.True(t.Value == TransactionSize, $"transaction {t.Key} has {t.Value} records in {topic}"));
            Assert.Empty(load.Committed.Keys.Except(transactions.Keys));
        }
    }

    private static void VerifyOffsets(StandaloneBroker broker, Load load)
    {
        using var consumer = Consumer(broker.Bootstrap, "committer");
        var committed = consumer.Committed([new TopicPartition("plain", 0)], Patience.Usual)[0].Offset.Value;
        Assert.True(committed >= load.LastCommitted, $"{load.LastCommitted} was acknowledged and {committed} is there");
    }

    private static List<ConsumeResult<string, string>> ReadAll(StandaloneBroker broker, string topic)
    {
        using var consumer = Consumer(broker.Bootstrap, "verifier");
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var read = new List<ConsumeResult<string, string>>();
        while (true)
        {
            var result = consumer.Consume(Patience.Usual) ?? throw new TimeoutException($"the end of {topic} was not reached");
            if (result.IsPartitionEOF)
            {
                return read;
            }

            read.Add(result);
        }
    }

    private static IConsumer<string, string> Consumer(string bootstrap, string group) => new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = bootstrap,
        GroupId = group,
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        IsolationLevel = IsolationLevel.ReadCommitted,
        ReconnectBackoffMs = 20,
        ReconnectBackoffMaxMs = 200,
    }).SetLogHandler((_, _) => { }).Build();

    /// <summary>Three clients that work through every kill, and remember what they were told.</summary>
    private sealed class Load(string bootstrap)
    {
        private long _lastCommitted = -1;

        public ConcurrentDictionary<string, long> Acknowledged { get; } = new();

        public ConcurrentDictionary<string, bool> Committed { get; } = new();

        public long LastCommitted => Interlocked.Read(ref _lastCommitted);

        /// <summary>One idempotent producer for the whole time: its retries after a kill must not become duplicates.</summary>
        public async Task ProduceAsync(CancellationToken stop)
        {
            using var producer = Producer(null);
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var value = i.ToString(CultureInfo.InvariantCulture);
                producer.Produce("plain", new Message<string, string> { Key = "k", Value = value }, report =>
                {
                    if (report.Error.Code == ErrorCode.NoError)
                    {
                        Acknowledged[value] = report.Offset.Value;
                    }
                });
                await Task.Delay(1, CancellationToken.None);
            }

            producer.Flush(Patience.Usual);
        }

        /// <summary>Transactions over two topics; a producer that cannot go on is replaced by the next with the same id.</summary>
        public void Transact(CancellationToken stop)
        {
            var number = 0;
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var producer = Producer("crash-tx");
                    producer.InitTransactions(Patience.Usual);
                    while (!stop.IsCancellationRequested)
                    {
                        RunTransaction(producer, (number++).ToString(CultureInfo.InvariantCulture));
                    }
                }
                catch (KafkaException)
                {
                    continue; // its outcome is unknown: it may be there wholly or not at all
                }
            }
        }

        public void Commit(CancellationToken stop)
        {
            using var consumer = Consumer(bootstrap, "committer");
            for (var offset = 0L; !stop.IsCancellationRequested; offset++)
            {
                try
                {
                    consumer.Commit([new TopicPartitionOffset("plain", 0, offset)]);
                    Interlocked.Exchange(ref _lastCommitted, offset);
                }
                catch (KafkaException)
                {
                    continue;
                }
            }
        }

        private void RunTransaction(IProducer<string, string> producer, string name)
        {
            producer.BeginTransaction();
            for (var i = 0; i < TransactionSize; i++)
            {
                producer.Produce("tx-a", new Message<string, string> { Key = name, Value = "a" });
                producer.Produce("tx-b", new Message<string, string> { Key = name, Value = "b" });
            }

            if (name.EndsWith('7'))
            {
                producer.AbortTransaction(Patience.Usual);
                return;
            }

            producer.CommitTransaction(Patience.Usual);
            Committed[name] = true;
        }

        private IProducer<string, string> Producer(string? transactionalId) => new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            EnableIdempotence = true,
            TransactionalId = transactionalId,
            TransactionTimeoutMs = 10_000,
            LingerMs = 2,
            RetryBackoffMs = 20,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }
}
