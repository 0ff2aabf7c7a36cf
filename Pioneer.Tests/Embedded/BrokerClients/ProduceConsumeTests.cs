using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

public sealed class ProduceConsumeTests : IAsyncLifetime
{
    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerHarness.StartAsync();

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Idempotent_producer_writes_what_a_group_reads_in_order(CompressionType compression)
    {
        await _broker.CreateTopicAsync("t", 3);
        var producer = _broker.Producer(c => (c.EnableIdempotence, c.CompressionType) = (true, compression));
        for (var i = 0; i < 300; i++)
        {
            producer.Produce("t", new Message<string, string>
            {
                Key = "k" + (i % 7),
                Value = new string('v', 200) + i,
                Headers = new Headers { { "n", Encoding.UTF8.GetBytes(i.ToString()) } },
            });
        }

        producer.Flush(Patience.Usual);
        var consumer = _broker.Consumer("g");
        consumer.Subscribe("t");
        var taken = BrokerHarness.Take(consumer, 300);

        foreach (var key in taken.GroupBy(r => r.Message.Key))
        {
            Assert.Equal(key.Select(Number).Order(), key.Select(Number));
        }

        Assert.Equal(300, taken.Select(Number).Distinct().Count());
        consumer.Close();

        static int Number(ConsumeResult<string, string> r) => int.Parse(Encoding.UTF8.GetString(r.Message.Headers[0].GetValueBytes()));
    }

    [Fact]
    public async Task Group_goes_on_where_it_committed_and_shares_partitions_between_members()
    {
        await _broker.CreateTopicAsync("t", 4);
        var producer = _broker.Producer();
        for (var i = 0; i < 40; i++)
        {
            await producer.ProduceAsync(new TopicPartition("t", i % 4), new Message<string, string> { Key = "k", Value = i.ToString() });
        }

        var first = _broker.Consumer("g");
        first.Subscribe("t");
        BrokerHarness.Take(first, 40);
        first.Commit();
        var second = _broker.Consumer("g");
        second.Subscribe("t");
        await Wait.UntilAsync(() =>
        {
            first.Consume(TimeSpan.FromMilliseconds(50));
            second.Consume(TimeSpan.FromMilliseconds(50));
            return first.Assignment.Count == 2 && second.Assignment.Count == 2;
        });
        await producer.ProduceAsync("t", new Message<string, string> { Key = "k", Value = "new" });

        var result = default(ConsumeResult<string, string>);
        await Wait.UntilAsync(() => (result ??= first.Consume(TimeSpan.FromMilliseconds(50)) ?? second.Consume(TimeSpan.FromMilliseconds(50))) is not null);

        Assert.Equal("new", result!.Message.Value);
        first.Close();
        second.Close();
    }

    [Fact]
    public async Task Committed_transactions_are_read_and_aborted_ones_are_not()
    {
        await _broker.CreateTopicAsync("t");
        var producer = _broker.Producer(c => c.TransactionalId = "tx-1");
        producer.InitTransactions(Patience.Usual);
        foreach (var (name, commit) in new[] { ("a", true), ("b", false), ("c", true) })
        {
            producer.BeginTransaction();
            await producer.ProduceAsync("t", new Message<string, string> { Key = "k", Value = name });
            if (commit)
            {
                producer.CommitTransaction(Patience.Usual);
            }
            else
            {
                producer.AbortTransaction(Patience.Usual);
            }
        }

        var committed = _broker.Consumer("g1", c => c.IsolationLevel = IsolationLevel.ReadCommitted);
        committed.Subscribe("t");
        var everything = _broker.Consumer("g2", c => c.IsolationLevel = IsolationLevel.ReadUncommitted);
        everything.Subscribe("t");

        await _broker.Producer().ProduceAsync("t", new Message<string, string> { Key = "k", Value = "marker" });

        Assert.Equal(["a", "c", "marker"], BrokerHarness.Take(committed, 3).Select(r => r.Message.Value));
        Assert.Equal(["a", "b", "c", "marker"], BrokerHarness.Take(everything, 4).Select(r => r.Message.Value));
    }

    [Fact]
    public async Task Open_transaction_holds_back_committed_readers_until_it_ends()
    {
        await _broker.CreateTopicAsync("t");
        var producer = _broker.Producer(c => c.TransactionalId = "tx-1");
        producer.InitTransactions(Patience.Usual);
        producer.BeginTransaction();
        await producer.ProduceAsync("t", new Message<string, string> { Key = "k", Value = "pending" });
        await _broker.Producer().ProduceAsync("t", new Message<string, string> { Key = "k", Value = "after" });
        var consumer = _broker.Consumer("g", c => c.IsolationLevel = IsolationLevel.ReadCommitted);
        consumer.Subscribe("t");

        Assert.Equal(0, consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), Patience.Usual).High.Value);
        producer.CommitTransaction(Patience.Usual);

        Assert.Equal(["pending", "after"], BrokerHarness.Take(consumer, 2).Select(r => r.Message.Value));
    }

    [Fact]
    public async Task Offsets_of_a_transaction_count_only_when_it_commits()
    {
        await _broker.CreateTopicAsync("in");
        await _broker.CreateTopicAsync("out");
        await _broker.Producer().ProduceAsync("in", new Message<string, string> { Key = "k", Value = "1" });
        var consumer = _broker.Consumer("g");
        consumer.Subscribe("in");
        var read = BrokerHarness.Take(consumer, 1)[0];
        var next = new TopicPartitionOffset(read.TopicPartition, read.Offset + 1);
        var producer = _broker.Producer(c => c.TransactionalId = "tx-2");
        producer.InitTransactions(Patience.Usual);

        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([next], consumer.ConsumerGroupMetadata, Patience.Usual);
        producer.AbortTransaction(Patience.Usual);
        Assert.Equal(Offset.Unset, Committed(consumer));

        producer.BeginTransaction();
        producer.Produce("out", new Message<string, string> { Key = "k", Value = "1" });
        producer.SendOffsetsToTransaction([next], consumer.ConsumerGroupMetadata, Patience.Usual);
        producer.CommitTransaction(Patience.Usual);
        Assert.Equal(next.Offset, Committed(consumer));

        static Offset Committed(IConsumer<string, string> consumer) =>
            consumer.Committed([new TopicPartition("in", 0)], Patience.Usual)[0].Offset;
    }

    [Fact]
    public async Task Second_producer_with_the_same_transactional_id_fences_the_first()
    {
        await _broker.CreateTopicAsync("t");
        var first = _broker.Producer(c => c.TransactionalId = "tx-3");
        first.InitTransactions(Patience.Usual);
        first.BeginTransaction();
        await first.ProduceAsync("t", new Message<string, string> { Key = "k", Value = "zombie" });
        var second = _broker.Producer(c => c.TransactionalId = "tx-3");
        second.InitTransactions(Patience.Usual);

        var error = Assert.ThrowsAny<KafkaException>(() => first.CommitTransaction(Patience.Usual));

        Assert.True(error.Error.IsFatal, error.Error.ToString());
        second.BeginTransaction();
        await second.ProduceAsync("t", new Message<string, string> { Key = "k", Value = "alive" });
        second.CommitTransaction(Patience.Usual);
        var consumer = _broker.Consumer("g", c => c.IsolationLevel = IsolationLevel.ReadCommitted);
        consumer.Subscribe("t");
        Assert.Equal("alive", BrokerHarness.Take(consumer, 1)[0].Message.Value);
    }

    [Fact]
    public async Task Groups_are_listed_described_and_their_offsets_altered_and_deleted()
    {
        await _broker.CreateTopicAsync("t", 2);
        await _broker.Producer().ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Key = "k", Value = "v" });
        var consumer = _broker.Consumer("g", c => c.ClientId = "reader");
        consumer.Subscribe("t");
        var read = BrokerHarness.Take(consumer, 1)[0];
        consumer.Commit(read);
        var admin = _broker.Admin();

        var listed = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { MatchStates = [ConsumerGroupState.Stable] });
        Assert.Equal("g", Assert.Single(listed.Valid).GroupId);
        var described = Assert.Single((await admin.DescribeConsumerGroupsAsync(["g"])).ConsumerGroupDescriptions);
        Assert.Equal(ConsumerGroupState.Stable, described.State);
        Assert.Equal(("reader", 2), (Assert.Single(described.Members).ClientId, described.Members[0].Assignment.TopicPartitions.Count));

        consumer.Close();
        var partition = new TopicPartition("t", 0);
        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets("g", [new TopicPartitionOffset(partition, 0)])]);
        var offsets = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions("g", null)]);
        Assert.Equal(0, offsets[0].Partitions.Single(p => p.TopicPartition == partition).Offset.Value);

        await admin.DeleteGroupsAsync(["g"]);
        Assert.DoesNotContain((await admin.ListConsumerGroupsAsync()).Valid, g => g.GroupId == "g");
    }

    [Fact]
    public async Task Offsets_are_found_by_time_and_records_below_an_offset_deleted()
    {
        await _broker.CreateTopicAsync("t");
        var producer = _broker.Producer();
        // of late: what is older than the topic keeps goes with the broker's first look, half a minute after its start
        var start = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds());
        for (var i = 0; i < 10; i++)
        {
            await producer.ProduceAsync("t", new Message<string, string> { Key = "k", Value = "v", Timestamp = new Timestamp(start.AddMinutes(i)) });
        }

        var consumer = _broker.Consumer("g");
        var found = consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp("t", 0, new Timestamp(start.AddMinutes(3).AddMilliseconds(-1)))], Patience.Usual);
        Assert.Equal(3, found[0].Offset.Value);

        var deleted = await _broker.Admin().DeleteRecordsAsync([new TopicPartitionOffset("t", 0, 4)]);
        Assert.Equal(4, deleted[0].Offset.Value);
        Assert.Equal((4, 10), Watermarks(consumer));
        await _broker.RestartAsync();
        Assert.Equal((4, 10), Watermarks(_broker.Consumer("g2")));

        static (long Low, long High) Watermarks(IConsumer<string, string> consumer)
        {
            var offsets = consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), Patience.Usual);
            return (offsets.Low.Value, offsets.High.Value);
        }
    }

    [Fact]
    public async Task Record_larger_than_the_topic_allows_is_refused()
    {
        await _broker.CreateTopicAsync("t", 1, ("max.message.bytes", "1000"));

        var error = await Assert.ThrowsAsync<ProduceException<string, string>>(() =>
            _broker.Producer().ProduceAsync("t", new Message<string, string> { Key = "k", Value = new string('x', 2000) }));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, error.Error.Code);
    }
}
