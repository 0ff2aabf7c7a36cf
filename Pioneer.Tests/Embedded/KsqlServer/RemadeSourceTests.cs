using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>Sources that are not the log any more that a query's positions are places in: made anew under their name, gone, or cut.</summary>
public sealed class RemadeSourceTests : IAsyncLifetime
{
    private const string Group = "_confluent-ksql-default_query_LARGE_V1";
    private const string Formats = "KEY_FORMAT='JSON', VALUE_FORMAT='JSON'";
    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.Broker.CreateTopicAsync("payments", 1);
        await _ksql.RunAsync(
            $"CREATE STREAM PAYMENTS (ID BIGINT KEY, AMOUNT BIGINT) WITH (KAFKA_TOPIC='payments', {Formats});"
            + $"CREATE STREAM LARGE (ID BIGINT KEY, AMOUNT BIGINT) WITH (KAFKA_TOPIC='large', PARTITIONS=1, REPLICAS=1, {Formats});");
        await _ksql.RunAsync("INSERT INTO LARGE WITH (QUERY_ID='LARGE_V1') SELECT * FROM PAYMENTS EMIT CHANGES;", earliest: false);
        await CommittedAsync(0);
        await WriteAsync(0, 1);
        Assert.Single(_ksql.Read("large", 1));
        await CommittedAsync(1);
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Topic_made_anew_under_a_running_query_is_read_from_its_start_and_the_query_says_so(bool noticesThatItIsGone)
    {
        await DeleteAsync();
        if (noticesThatItIsGone)
        {
            await Wait.UntilAsync("the reason", async () => (await ErrorsAsync()).Contains("'payments' does not exist", StringComparison.Ordinal));
            Assert.Equal("ERROR", (string?)(await ExplainAsync())["state"]);
        }

        await MakeAsync();
        await WriteAsync(1, 1);
        await WriteAsync(2, 24);

        await EveryRowIsThereAsync(26);
        await SaysThatItBeganAnewAsync();
        await CommittedAsync(25);
    }

    [Fact]
    public async Task Topic_made_anew_under_a_paused_query_is_read_from_its_start_after_a_restart()
    {
        await _ksql.RunAsync("PAUSE LARGE_V1;");
        await DeleteAsync();
        await MakeAsync();
        await WriteAsync(1, 25);
        await _ksql.RestartAsync();
        await _ksql.RunAsync("RESUME LARGE_V1;", earliest: false);

        await EveryRowIsThereAsync(26);
        await SaysThatItBeganAnewAsync();
    }

    [Fact]
    public async Task Offsets_committed_to_the_new_topic_from_the_old_one_are_no_positions()
    {
        await _ksql.RunAsync("PAUSE LARGE_V1;");
        await DeleteAsync();
        await MakeAsync();
        await WriteAsync(1, 25);
        await CommitAsync(20);
        await _ksql.RunAsync("RESUME LARGE_V1;", earliest: false);

        await EveryRowIsThereAsync(26);
        await SaysThatItBeganAnewAsync();
    }

    [Fact]
    public async Task Log_that_ends_before_the_position_is_read_from_its_start_and_the_query_says_so()
    {
        await _ksql.RunAsync("PAUSE LARGE_V1;");
        await WriteAsync(1, 24);
        await CommitAsync(1000);
        await _ksql.RunAsync("RESUME LARGE_V1;", earliest: false);

        await EveryRowIsThereAsync(25);
        await CommittedAsync(25);
        Assert.Contains("gave offset 0 where 1000 was next", await ErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partitions_added_under_a_running_query_are_read_from_their_start()
    {
        await _ksql.Broker.Admin().CreatePartitionsAsync([new PartitionsSpecification { Topic = "payments", IncreaseTo = 4 }]);
        await Wait.UntilAsync("four partitions", () =>
            _ksql.Broker.Admin().GetMetadata("payments", Patience.Usual).Topics[0].Partitions.Count == 4);
        await WriteAsync(1, 100);

        await EveryRowIsThereAsync(101);
        Assert.Equal("[]", await ErrorsAsync());
    }

    /// <summary>Each at least once: what was taken from the new log before it was known as one comes again.</summary>
    private Task EveryRowIsThereAsync(int rows) => Wait.UntilAsync($"{rows} rows", () =>
        _ksql.Read("large", rows).Select(record => record.Message.Key).ToHashSet().SetEquals(Enumerable.Range(0, rows).Select(id => $"{id}")));

    private async Task SaysThatItBeganAnewAsync()
    {
        Assert.Contains("'payments' was deleted and made anew", await ErrorsAsync(), StringComparison.Ordinal);
        Assert.Equal("RUNNING", (string?)(await ExplainAsync())["state"]);
    }

    private async Task<JsonNode> ExplainAsync() => (await _ksql.RunAsync("EXPLAIN LARGE_V1;"))[0]!["queryDescription"]!;

    private async Task<string> ErrorsAsync()
    {
        var errors = (await ExplainAsync())["queryErrors"]!.AsArray();
        return errors.Count == 0 ? "[]" : string.Join('\n', errors.Select(error => (string?)error!["errorMessage"]));
    }

    private Task WriteAsync(int first, int count) => _ksql.ProduceAsync(
        "payments", Enumerable.Range(first, count).Select(id => ((string?)$"{id}", (string?)"{\"AMOUNT\":5}")));

    private Task CommittedAsync(long offset) =>
        Wait.UntilAsync($"position {offset}", () => _ksql.Committed(Group, "payments").GetValueOrDefault(0, -1) == offset);

    private Task CommitAsync(long offset) => _ksql.Broker.Admin().AlterConsumerGroupOffsetsAsync(
        [new ConsumerGroupTopicPartitionOffsets(Group, [new TopicPartitionOffset("payments", 0, offset)])]);

    private async Task DeleteAsync() => await _ksql.Broker.Admin().DeleteTopicsAsync(["payments"]);

    // a name is free some time after its topic was deleted
    private Task MakeAsync() => Wait.UntilAsync("the name", async () =>
    {
        try
        {
            await _ksql.Broker.CreateTopicAsync("payments", 1);
            return true;
        }
        catch (CreateTopicsException taken) when (taken.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
        {
            return false;
        }
    });
}
