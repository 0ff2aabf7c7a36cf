using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Tests.Embedded.BrokerCrash;
using Xunit;

namespace Pioneer.Tests.Embedded.Transactions;

/// <summary>
/// Kill -9 of the broker under transactions that span partitions and a group's offset: each is there wholly or not at all, the offset
/// with it. (Plain producers and commits are killed in BrokerCrashTests.)
/// </summary>
public sealed class BrokerKillTests
{
    private const string Ledger = "ledger";
    private const string Group = "ledger-offsets";
    private const int LedgerPartitions = 3;
    private const int RecordsPerTransaction = 6;
    private static readonly TopicPartition Input = new("input", 0);

    // more rounds for a soak: PIONEER_KILL_ROUNDS=20
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("PIONEER_KILL_ROUNDS") ?? "4", CultureInfo.InvariantCulture);
    [Fact]
    public async Task Transactions_with_offsets_are_whole_or_absent_after_each_kill()
    {
        await using var broker = new StandaloneBroker();
        await broker.StartAsync();
        await CreateTopicsAsync(broker.Bootstrap);
        using var stop = new CancellationTokenSource();
        var ledger = new LedgerLoad(broker.Bootstrap);
        var load = Task.Run(() => ledger.Run(stop.Token));

        for (var round = 0; round < Rounds; round++)
        {
            // killed at a moment that progress chooses, not the clock; the step in the transaction is chance
            await ProgressAsync(ledger, 3 + round, load);
            await broker.KillAsync();
            await broker.StartAsync();
        }

        await ProgressAsync(ledger, 3, load);
        await stop.CancelAsync();
        await load.WaitAsync(Patience.Usual);
        CheckLedger(broker.Bootstrap, ledger);
    }

    private static void CheckLedger(string bootstrap, LedgerLoad ledger)
    {
        var transactions = ReadToEnd(bootstrap)
            .GroupBy(value => int.Parse(value.Split(':')[0], CultureInfo.InvariantCulture)).ToDictionary(g => g.Key, g => g.Order().ToList());
        Assert.All(transactions, t => Assert.Equal(Enumerable.Range(0, RecordsPerTransaction).Select(i => $"{t.Key}:{i}"), t.Value));
        Assert.Empty(ledger.Committed.Except(transactions.Keys));
        Assert.Empty(ledger.Aborted.Intersect(transactions.Keys));
        using var consumer = Consumer(bootstrap);
        Assert.Equal(transactions.Keys.Max() + 1, consumer.Committed([Input], Patience.Usual)[0].Offset.Value);
    }

    private static List<string> ReadToEnd(string bootstrap)
    {
        using var consumer = Consumer(bootstrap);
        consumer.Assign(Enumerable.Range(0, LedgerPartitions).Select(p => new TopicPartitionOffset(Ledger, p, Offset.Beginning)));
        var values = new List<string>();
        var ended = new HashSet<int>();
        var watch = Stopwatch.StartNew();
        while (ended.Count < LedgerPartitions)
        {
            Assert.True(watch.Elapsed < Patience.Usual, $"{Ledger} could not be read to its end: {values.Count} records, {ended.Count} partitions ended");
            switch (consumer.Consume(TimeSpan.FromSeconds(1)))
            {
                case { IsPartitionEOF: true } end:
                    ended.Add(end.Partition.Value);
                    break;
                case { } record:
                    values.Add(record.Message.Value);
                    break;
            }
        }

        return values;
    }

    private static IConsumer<Null, string> Consumer(string bootstrap) => new ConsumerBuilder<Null, string>(new ConsumerConfig
    {
        BootstrapServers = bootstrap,
        GroupId = Group,
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        IsolationLevel = IsolationLevel.ReadCommitted,
        FetchWaitMaxMs = 50,
    }).SetLogHandler((_, _) => { }).Build();

    private static async Task CreateTopicsAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = Ledger, NumPartitions = LedgerPartitions, ReplicationFactor = 1 },
            new TopicSpecification { Name = Input.Topic, NumPartitions = 1, ReplicationFactor = 1 },
        ]);
    }

    private static async Task ProgressAsync(LedgerLoad ledger, int more, Task load)
    {
        var wanted = ledger.Committed.Count + more;
        await Wait.ForAsync($"{wanted} transactions, the errors so far", async () =>
        {
            if (load.IsCompleted)
            {
                await load;
            }

            return $"{ledger.Committed.Count} committed, {string.Join(", ", ledger.Errors)}";
        }, _ => ledger.Committed.Count >= wanted);
    }

    /// <summary>Transactions over several partitions with an offset commit each; a new producer of the same id after a fatal error.</summary>
    private sealed class LedgerLoad(string bootstrap)
    {
        public ConcurrentBag<int> Committed { get; } = [];
        public ConcurrentBag<int> Aborted { get; } = [];
        public ConcurrentQueue<string> Errors { get; } = [];

        public void Run(CancellationToken stop)
        {
            using var consumer = Consumer(bootstrap);
            var next = 0;
            while (!stop.IsCancellationRequested)
            {
                using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
                {
                    BootstrapServers = bootstrap,
                    TransactionalId = "ledger",

                    // librdkafka 2.16: after "all brokers down" it re-bootstraps, and SendOffsetsToTransaction waits on the dropped broker for ever
                    MetadataRecoveryStrategy = MetadataRecoveryStrategy.None,
                    LingerMs = 1,
                    TransactionTimeoutMs = 60_000,
                    ReconnectBackoffMs = 20,
                    ReconnectBackoffMaxMs = 200,
                    RetryBackoffMs = 20,
                }).SetLogHandler((_, _) => { }).Build();
                try
                {
                    Retry(() => producer.InitTransactions(TimeSpan.FromSeconds(20)));
                    while (!stop.IsCancellationRequested)
                    {
                        Transact(producer, consumer, next++);
                    }
                }
                catch (KafkaException e) when (e.Error.IsFatal)
                {
                    Errors.Enqueue(e.Error.ToString());
                    // fenced or out of sequence for good: the next producer of this id settles what is open
                }
            }
        }

        private void Transact(IProducer<Null, string> producer, IConsumer<Null, string> consumer, int number)
        {
            try
            {
                producer.BeginTransaction();
                for (var i = 0; i < RecordsPerTransaction; i++)
                {
                    producer.Produce(
                        new TopicPartition(Ledger, i % LedgerPartitions), new Message<Null, string> { Value = $"{number}:{i}" });
                }

                Retry(() => producer.SendOffsetsToTransaction(
                    [new TopicPartitionOffset(Input, number + 1)], consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(20)));
                if (number % 7 == 3)
                {
                    Retry(() => producer.AbortTransaction(TimeSpan.FromSeconds(20)));
                    Aborted.Add(number);
                    return;
                }

                Retry(() => producer.CommitTransaction(TimeSpan.FromSeconds(20)));
                Committed.Add(number);
            }
            catch (KafkaTxnRequiresAbortException)
            {
                Retry(() => producer.AbortTransaction(TimeSpan.FromSeconds(20)));
                Aborted.Add(number);
            }
        }

        private void Retry(Action action)
        {
            var watch = Stopwatch.StartNew();
            while (true)
            {
                try
                {
                    action();
                    return;
                }
                catch (KafkaRetriableException e) when (watch.Elapsed < Patience.Usual)
                {
                    Errors.Enqueue(e.Error.ToString());
                    // the outcome is unknown: the same call again tells it
                }
            }
        }
    }
}
