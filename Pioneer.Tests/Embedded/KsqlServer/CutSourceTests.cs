using System.Text.Json.Nodes;
using Confluent.Kafka;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>
/// Sources whose log was cut before a query's position while it stood, as by an unclean election, and filled again beyond it: nothing but
/// the leader epochs tells it from a log that is whole.
/// </summary>
public sealed class CutSourceTests : IAsyncLifetime
{
    private const string Formats = "KEY_FORMAT='JSON', VALUE_FORMAT='JSON'";
    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.Broker.CreateTopicAsync("payments", 1);
        await _ksql.RunAsync(
            $"CREATE STREAM PAYMENTS (ID BIGINT KEY, AMOUNT BIGINT) WITH (KAFKA_TOPIC='payments', {Formats});"
            + $"CREATE STREAM LARGE (ID BIGINT KEY, AMOUNT BIGINT) WITH (KAFKA_TOPIC='large', PARTITIONS=1, REPLICAS=1, {Formats});");
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Fact]
    public async Task Log_that_was_cut_and_filled_again_is_read_from_the_cut_and_the_query_says_so_once()
    {
        var query = await CopyAsync();
        await WriteFortyAsync(query);
        await _ksql.RunAsync($"PAUSE {query};");
        await CameBackAsync(20);
        await _ksql.RunAsync($"RESUME {query};");

        Assert.Equal(Enumerable.Range(0, 40).Concat(Enumerable.Range(20, 20)).Select(id => $"{id}"), _ksql.Read("large", 60).Select(record => record.Message.Key));
        Assert.Contains(
            "The log of partition 0 of 'payments' was cut at 20, before offset 40 that was to be read next", Assert.Single(await ErrorsAsync(query)), StringComparison.Ordinal);

        await WriteAsync(40, 1);
        await CommittedAsync(query, 41);
        await _ksql.RunAsync($"PAUSE {query};");
        await _ksql.RunAsync($"RESUME {query};");
        await WriteAsync(41, 1);
        Assert.Equal("41", _ksql.Read("large", 62)[61].Message.Key);
        Assert.Single(await ErrorsAsync(query));
    }

    [Fact]
    public async Task Query_with_state_goes_on_from_the_cut_after_a_restart_with_what_it_has_computed()
    {
        var query = await TotalAsync();
        await WriteFortyAsync(query);
        await _ksql.Server.DisposeAsync();
        await CameBackAsync(20);
        await _ksql.OpenAsync();

        KsqlTables.Read(_ksql.Broker, "totals", table => table.GetValueOrDefault("5") == "{\"N\":60}");
        Assert.Contains("was cut at 20, before offset 40", Assert.Single(await ErrorsAsync(query)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_that_ends_before_the_position_is_not_read_again_where_the_leader_epoch_is_known()
    {
        var query = await CopyAsync();
        await WriteAsync(0, 20);
        await CommittedAsync(query, 20);
        await _ksql.RunAsync($"PAUSE {query};");
        _ksql.Broker.Consumer(Group(query)).Commit([new TopicPartitionOffset("payments", 0, 1000, 0)]);
        await _ksql.RunAsync($"RESUME {query};");
        await CommittedAsync(query, 20);
        await WriteAsync(20, 1);

        Assert.Equal(Enumerable.Range(0, 21).Select(id => $"{id}"), _ksql.Read("large", 21).Select(record => record.Message.Key));
        Assert.Contains("was cut at 20, before offset 1000", Assert.Single(await ErrorsAsync(query)), StringComparison.Ordinal);
    }

    /// <summary>
    /// The end of a transaction lies in the log as records do, may be written by a later leader than they were, and is nothing that is
    /// read.
    /// </summary>
    [Fact]
    public async Task End_of_a_transaction_that_a_later_leader_wrote_is_no_cut()
    {
        var query = await CopyAsync();
        await WriteInTransactionAsync(query);
        await _ksql.RunAsync($"PAUSE {query};");
        await CameBackAsync(1);
        await _ksql.RunAsync($"RESUME {query};");
        await WriteAsync(1, 1);

        Assert.Equal(["0", "1"], _ksql.Read("large", 2).Select(record => record.Message.Key));
        Assert.Empty(await ErrorsAsync(query));
    }

    [Fact]
    public async Task Query_that_runs_is_told_of_the_cut_and_goes_on_from_it()
    {
        var query = await CopyAsync();
        await WriteFortyAsync(query);
        await CameBackAsync(20);

        Assert.Equal(Enumerable.Range(0, 40).Concat(Enumerable.Range(20, 20)).Select(id => $"{id}"), _ksql.Read("large", 60).Select(record => record.Message.Key));
        await AssertToldOnceAsync(query, 40);
    }

    [Fact]
    public async Task Query_that_runs_is_told_of_the_cut_before_it_takes_what_is_new()
    {
        var query = await CopyAsync();
        await WriteFortyAsync(query);
        await CameBackAsync(20);
        await WriteAsync(40, 5);

        Assert.Equal(Enumerable.Range(0, 40).Concat(Enumerable.Range(20, 25)).Select(id => $"{id}"), _ksql.Read("large", 65).Select(record => record.Message.Key));
        await AssertToldOnceAsync(query, 40);
    }

    [Fact]
    public async Task Query_with_state_that_runs_is_told_of_the_cut_and_goes_on_from_it()
    {
        var query = await TotalAsync();
        await WriteFortyAsync(query);
        await CameBackAsync(20);
        await WriteAsync(40, 5);

        KsqlTables.Read(_ksql.Broker, "totals", table => table.GetValueOrDefault("5") == "{\"N\":65}");
        await AssertToldOnceAsync(query, 40);
    }

    /// <summary>The query passes the end of a transaction that a later leader wrote, and then reads what that one wrote.</summary>
    [Fact]
    public async Task Query_that_runs_goes_on_without_a_word_behind_the_end_of_a_transaction_that_a_later_leader_wrote()
    {
        var query = await CopyAsync();
        await WriteInTransactionAsync(query);
        await CameBackAsync(1);
        await WriteAsync(1, 1);
        await CommittedAsync(query, 3);
        await WriteAsync(2, 1);

        Assert.Equal(["0", "1", "2"], _ksql.Read("large", 3).Select(record => record.Message.Key));
        Assert.DoesNotContain(await ErrorsAsync(query), error => error.Contains("was cut", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Query_that_has_read_nothing_yet_goes_on_from_the_cut_and_says_so()
    {
        await WriteAsync(0, 20);
        await WriteAsync(20, 20);
        var query = await CopyAsync(earliest: false);
        await CommittedAsync(query, 40);
        await _ksql.RunAsync($"PAUSE {query};");
        await CameBackAsync(20);
        await _ksql.RunAsync($"RESUME {query};");

        Assert.Equal(Enumerable.Range(20, 20).Select(id => $"{id}"), _ksql.Read("large", 20).Select(record => record.Message.Key));
        await AssertToldOnceAsync(query, 40);
    }

    [Fact]
    public async Task Query_that_runs_and_has_read_nothing_yet_is_told_of_the_cut()
    {
        await WriteAsync(0, 20);
        await WriteAsync(20, 20);
        var query = await CopyAsync(earliest: false);
        await CommittedAsync(query, 40);
        await CameBackAsync(20);
        await WriteAsync(40, 1);

        Assert.Equal(Enumerable.Range(20, 21).Select(id => $"{id}"), _ksql.Read("large", 21).Select(record => record.Message.Key));
        await AssertToldOnceAsync(query, 40);
    }

    [Fact]
    public async Task Query_with_state_that_has_read_nothing_yet_goes_on_from_the_cut_after_a_restart()
    {
        await WriteAsync(0, 20);
        await WriteAsync(20, 20);
        var query = await TotalAsync(earliest: false);
        await CommittedAsync(query, 40);
        await _ksql.Server.DisposeAsync();
        await CameBackAsync(20);
        await _ksql.OpenAsync();

        KsqlTables.Read(_ksql.Broker, "totals", table => table.GetValueOrDefault("5") == "{\"N\":20}");
        await AssertToldOnceAsync(query, 40);
    }

    /// <summary>It begins behind what two leaders wrote, and the later one leads still.</summary>
    [Fact]
    public async Task Query_that_begins_at_the_end_of_a_log_of_two_leaders_is_told_of_no_cut()
    {
        await WriteAsync(0, 20);
        await WriteAsync(20, 20);
        await CameBackAsync(20);
        var query = await CopyAsync(earliest: false);
        await CommittedAsync(query, 40);
        await _ksql.RunAsync($"PAUSE {query};");
        await _ksql.RunAsync($"RESUME {query};");
        await WriteAsync(40, 1);

        Assert.Equal("40", Assert.Single(_ksql.Read("large", 1)).Message.Key);
        Assert.Empty(await ErrorsAsync(query));
    }

    private async Task AssertToldOnceAsync(string query, long offset)
    {
        var told = (await ErrorsAsync(query)).Where(error => error.Contains("was cut", StringComparison.Ordinal));
        Assert.Contains($"The log of partition 0 of 'payments' was cut at 20, before offset {offset} that was to be read next", Assert.Single(told), StringComparison.Ordinal);
    }

    private static string Group(string query) => $"_confluent-ksql-default_query_{query}";

    private async Task<string> CopyAsync(bool earliest = true)
    {
        await _ksql.RunAsync("INSERT INTO LARGE WITH (QUERY_ID='LARGE_V1') SELECT * FROM PAYMENTS EMIT CHANGES;", earliest);
        return "LARGE_V1";
    }

    private async Task<string> TotalAsync(bool earliest = true)
    {
        await _ksql.RunAsync(
            $"CREATE TABLE TOTALS WITH (KAFKA_TOPIC='totals', {Formats}) AS SELECT AMOUNT, COUNT(*) AS N FROM PAYMENTS GROUP BY AMOUNT EMIT CHANGES;", earliest);
        return (string)(await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray().Single()!["id"]!;
    }

    /// <summary>Forty records in two goes, which the query has read.</summary>
    private async Task WriteFortyAsync(string query)
    {
        await WriteAsync(0, 20);
        await WriteAsync(20, 20);
        await CommittedAsync(query, 40);
    }

    /// <summary>One record and the end of its transaction, which the query has read.</summary>
    private async Task WriteInTransactionAsync(string query)
    {
        var producer = _ksql.Broker.Producer(config => config.TransactionalId = "payments");
        producer.InitTransactions(Patience.Usual);
        producer.BeginTransaction();
        producer.Produce("payments", new Message<string, string> { Key = "0", Value = "{\"AMOUNT\":5}" });
        producer.CommitTransaction(Patience.Usual);
        await CommittedAsync(query, 2);
    }

    private async Task<string[]> ErrorsAsync(string query) =>
        [.. (await _ksql.RunAsync($"EXPLAIN {query};"))[0]!["queryDescription"]!["queryErrors"]!.AsArray().Select((JsonNode? error) => (string)error!["errorMessage"]!)];

    private Task WriteAsync(int first, int count) => _ksql.ProduceAsync(
        "payments", Enumerable.Range(first, count).Select(id => ((string?)$"{id}", (string?)"{\"AMOUNT\":5}")));

    private Task CommittedAsync(string query, long offset) =>
        Wait.UntilAsync($"position {offset}", () => _ksql.Committed(Group(query), "payments").GetValueOrDefault(0, -1) == offset);

    private Task CameBackAsync(long from) => _ksql.Broker.CameBackAsync("payments", 1, from);
}
