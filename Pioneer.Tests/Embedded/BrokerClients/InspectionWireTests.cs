using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Kafka.Protocol;
using Xunit;
using static Pioneer.Tests.Embedded.BrokerClients.WireFrames;
using ErrorCode = Pioneer.Embedded.Broker.ErrorCode;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>What the broker tells of transactions, producers, moves and pages of topics, in bytes: librdkafka asks for none of it.</summary>
public sealed class InspectionWireTests : IAsyncLifetime
{
    // Kafka's number of it, which Confluent.Kafka has no name for
    private const ResourceType TransactionalId = (ResourceType)5;

    private BrokerHarness _broker = null!;
    private Socket _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Two ids: one with an open transaction over two topics, one that has committed.</summary>
    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        _client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await _client.ConnectAsync(_broker.Broker.PlainEndpoint!, Cancel);
        await _broker.CreateTopicAsync("a", 3);
        await _broker.CreateTopicAsync("b");
        var open = _broker.Producer(c => (c.TransactionalId, c.TransactionTimeoutMs) = ("pay-open", 900_000));
        open.InitTransactions(Patience.Usual);
        open.BeginTransaction();
        await open.ProduceAsync(new TopicPartition("a", 2), new Message<string, string> { Key = "k", Value = "1" }, Cancel);
        await open.ProduceAsync(new TopicPartition("b", 0), new Message<string, string> { Key = "k", Value = "2" }, Cancel);
        var done = _broker.Producer(c => c.TransactionalId = "pay-done");
        done.InitTransactions(Patience.Usual);
        done.BeginTransaction();
        await done.ProduceAsync(new TopicPartition("a", 0), new Message<string, string> { Key = "k", Value = "3" }, Cancel);
        done.CommitTransaction(Patience.Usual);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("pay-done CompleteCommit, pay-open Ongoing")]
    [InlineData("pay-open Ongoing", "Ongoing")]
    [InlineData("", "Dead")]
    [InlineData("pay-done CompleteCommit", null, "pay-d.*")]
    [InlineData("", null, "pay")]
    public async Task Transactions_are_listed_by_state_and_pattern_of_the_whole_id(string expected, string? state = null, string? pattern = null)
    {
        await MayDescribeAsync("pay-open", "pay-done");

        var answer = await ListAsync(new() { StateFilters = state is null ? [] : [state], TransactionalIdPattern = pattern });

        Assert.Equal((short)ErrorCode.None, answer.ErrorCode);
        Assert.Equal(expected, string.Join(", ", answer.TransactionStates.Select(t => $"{t.TransactionalId} {t.TransactionState}")));
    }

    [Fact]
    public async Task Transactions_that_the_sender_may_not_describe_are_not_listed_and_unknown_states_are_named()
    {
        await MayDescribeAsync("pay-done");

        var answer = await ListAsync(new() { StateFilters = ["Ongoing", "CompleteCommit", "Lost", "1"] });

        Assert.Equal(["Lost", "1"], answer.UnknownStateFilters);
        Assert.Equal("pay-done", Assert.Single(answer.TransactionStates).TransactionalId);
    }

    [Fact]
    public async Task Only_running_transactions_have_an_age_to_be_asked_for()
    {
        await MayDescribeAsync("pay-open", "pay-done");

        Assert.Equal("pay-open", Assert.Single((await ListAsync(new() { DurationFilter = 0 })).TransactionStates).TransactionalId);
        Assert.Empty((await ListAsync(new() { DurationFilter = 3_600_000 })).TransactionStates);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a)|(b")]
    [InlineData(@"(a)\1")]
    public async Task Pattern_that_is_none_or_needs_more_than_linear_time_is_refused(string pattern) =>
        Assert.Equal((short)ErrorCode.InvalidRegularExpression, (await ListAsync(new() { TransactionalIdPattern = pattern })).ErrorCode);

    [Fact]
    public async Task Open_transaction_is_described_with_the_partitions_that_the_sender_may_know()
    {
        await MayDescribeAsync("pay-open", "pay-done", "pay-never");
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, "a", AclOperation.Describe);

        var answer = await AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            _client, new() { TransactionalIds = ["pay-open", "pay-done", "pay-never", "other"] }, 0);

        var (open, done) = (answer.TransactionStates[0], answer.TransactionStates[1]);
        Assert.Equal("Ongoing", open.TransactionState);
        Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - open.TransactionStartTimeMs, 0, 3_600_000);
        Assert.Equal(("a", 2), (Assert.Single(open.Topics).Topic, Assert.Single(open.Topics[0].Partitions)));
        Assert.Equal(("CompleteCommit", -1, 0), (done.TransactionState, done.TransactionStartTimeMs, done.Topics.Count));
        Assert.Equal(
            [(short)ErrorCode.TransactionalIdNotFound, (short)ErrorCode.TransactionalIdAuthorizationFailed],
            answer.TransactionStates.Skip(2).Select(t => t.ErrorCode));
    }

    [Fact]
    public async Task Partition_tells_its_producers_and_where_an_open_transaction_holds_readers_back()
    {
        var topics = new DescribeProducersRequest { Topics = [new() { Name = "a", PartitionIndexes = [0, 2, 7] }] };
        var refused = await AskAsync<DescribeProducersRequest, DescribeProducersResponse>(_client, topics, 0);
        Assert.All(refused.Topics[0].Partitions, p => Assert.Equal((short)ErrorCode.TopicAuthorizationFailed, p.ErrorCode));
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, "a", AclOperation.Read);

        var partitions = (await AskAsync<DescribeProducersRequest, DescribeProducersResponse>(_client, topics, 0)).Topics[0].Partitions;

        Assert.Equal((0, -1L), (Assert.Single(partitions[0].ActiveProducers).LastSequence, partitions[0].ActiveProducers[0].CurrentTxnStartOffset));
        Assert.Equal((0, 0L), (Assert.Single(partitions[1].ActiveProducers).LastSequence, partitions[1].ActiveProducers[0].CurrentTxnStartOffset));
        Assert.Equal((short)ErrorCode.UnknownTopicOrPartition, partitions[2].ErrorCode);
    }

    [Fact]
    public async Task No_move_of_replicas_is_under_way_for_those_who_may_ask()
    {
        Assert.Equal((short)ErrorCode.ClusterAuthorizationFailed, (await MovesAsync()).ErrorCode);
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Broker, "kafka-cluster", AclOperation.Describe, ResourcePatternType.Literal);

        var answer = await MovesAsync();

        Assert.Equal(((short)ErrorCode.None, 0), (answer.ErrorCode, answer.Topics.Count));
    }

    [Fact]
    public async Task Topics_come_in_pages_that_go_on_where_the_last_one_ended()
    {
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, "a", AclOperation.Describe);
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, "b", AclOperation.Describe);
        List<string> pages = [];
        DescribeTopicPartitionsResponse.PlaceCursor? next = null;
        do
        {
            var answer = await PageAsync(new()
            {
                ResponsePartitionLimit = 2,
                Cursor = next is null ? null : new() { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex },
            });
            pages.Add(string.Join(' ', answer.Topics.Select(t => $"{t.Name}:{string.Join(',', t.Partitions.Select(p => p.PartitionIndex))}")));
            next = answer.NextCursor;
        }
        while (next is not null);

        Assert.Equal(["a:0,1", "a:2 b:0"], pages);
    }

    [Fact]
    public async Task Topics_asked_for_by_name_are_there_or_say_why_not()
    {
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, "b", AclOperation.Describe);
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, "missing", AclOperation.Describe);

        var answer = await PageAsync(new() { Topics = [new() { Name = "missing" }, new() { Name = "b" }, new() { Name = "a" }] });

        Assert.Equal(
            [("a", (short)ErrorCode.TopicAuthorizationFailed), ("b", (short)ErrorCode.None), ("missing", (short)ErrorCode.UnknownTopicOrPartition)],
            answer.Topics.Select(t => (t.Name!, t.ErrorCode)));
        Assert.NotEqual(Guid.Empty, answer.Topics[1].TopicId);
        var backwards = await PageAsync(new() { Topics = [new() { Name = "b" }], Cursor = new() { TopicName = "b", PartitionIndex = -1 } });
        Assert.Equal((short)ErrorCode.InvalidRequest, Assert.Single(backwards.Topics).ErrorCode);
    }

    private Task<ListTransactionsResponse> ListAsync(ListTransactionsRequest request) =>
        AskAsync<ListTransactionsRequest, ListTransactionsResponse>(_client, request, 2);

    private Task<ListPartitionReassignmentsResponse> MovesAsync() =>
        AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(_client, new(), 0);

    private Task<DescribeTopicPartitionsResponse> PageAsync(DescribeTopicPartitionsRequest request) =>
        AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(_client, request, 0);

    private async Task MayDescribeAsync(params string[] transactionalIds)
    {
        foreach (var id in transactionalIds)
        {
            await _broker.AllowAsync("ANONYMOUS", TransactionalId, id, AclOperation.Describe);
        }
    }
}
