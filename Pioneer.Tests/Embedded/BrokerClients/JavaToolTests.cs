using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>Apache Kafka's own programs, where they are.</summary>
public sealed class JavaToolTests : IAsyncLifetime
{
    private BrokerHarness _broker = null!;
    private string _config = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(KafkaScripts.Missing is not null, KafkaScripts.Missing ?? "");
        _broker = await BrokerHarness.StartAsync();
        _config = Path.Combine(_broker.Directory, "client.properties");
        await File.WriteAllTextAsync(_config, $"""
            security.protocol=SASL_PLAINTEXT
            sasl.mechanism=SCRAM-SHA-512
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="{BrokerHarness.SuperUser}" password="{BrokerHarness.SuperPassword}";
            """);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task Java_tools_administer_topics_configs_acls_and_users()
    {
        await RunAsync("topics", "--create", "--topic", "acme.t.x", "--partitions", "3", "--config", "retention.ms=100000");
        await RunAsync("configs", "--alter", "--entity-type", "topics", "--entity-name", "acme.t.x", "--add-config", "cleanup.policy=compact");
        await RunAsync("configs", "--alter", "--entity-type", "users", "--entity-name", "alice", "--add-config", "SCRAM-SHA-256=[password=alice-secret]");
        await RunAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Read", "--topic", "acme.", "--resource-pattern-type", "prefixed");

        var described = await RunAsync("topics", "--describe", "--topic", "acme.t.x");
        Assert.Contains("PartitionCount: 3", described, StringComparison.Ordinal);
        var id = Regex.Match(described, @"TopicId: (\S+)").Groups[1].Value;
        Assert.Contains("Topic: acme.t.x", await RunAsync("topics", "--describe", "--topic-id", id), StringComparison.Ordinal);
        Assert.Contains(
            "cleanup.policy=compact", await RunAsync("configs", "--describe", "--entity-type", "topics", "--entity-name", "acme.t.x"), StringComparison.Ordinal);
        Assert.Contains("User:alice", await RunAsync("acls", "--list", "--topic", "acme.t.x", "--resource-pattern-type", "match"), StringComparison.Ordinal);
        Assert.Contains("acme.t.x", _broker.Admin(_broker.Client("alice", "alice-secret")).GetMetadata(Patience.Usual).Topics.Select(t => t.Topic));
    }

    [Fact]
    public async Task Java_producer_and_consumer_exchange_records_and_the_group_is_described_and_reset()
    {
        await RunAsync("topics", "--create", "--topic", "j", "--partitions", "3");
        var lines = string.Concat(Enumerable.Range(1, 500).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n"));
        await PipeAsync(lines, "console-producer", "--topic", "j");

        var read = await RunAsync("console-consumer", "--topic", "j", "--from-beginning", "--max-messages", "500", "--group", "jg", "--timeout-ms", "120000");
        Assert.Equal(500, read.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());

        Assert.Contains("jg", await RunAsync("consumer-groups", "--describe", "--group", "jg"), StringComparison.Ordinal);
        Assert.Contains(
            "NEW-OFFSET", await RunAsync("consumer-groups", "--reset-offsets", "--group", "jg", "--topic", "j", "--to-earliest", "--execute"), StringComparison.Ordinal);
        Assert.Contains("was successful", await RunAsync("consumer-groups", "--delete", "--group", "jg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Java_tool_finds_the_transaction_that_holds_readers_back()
    {
        await _broker.CreateTopicAsync("t");
        var producer = _broker.Producer(c => (c.TransactionalId, c.TransactionTimeoutMs) = ("pay-1", 900_000));
        producer.InitTransactions(Patience.Usual);
        producer.BeginTransaction();
        await producer.ProduceAsync("t", new Confluent.Kafka.Message<string, string> { Key = "k", Value = "v" });

        Assert.Matches(@"pay-1\s+1\s+\d+\s+Ongoing", await RunAsync("transactions", "list"));
        Assert.Matches(@"Ongoing\s+\d+\s+\d+\s+\d+\s+t-0", await RunAsync("transactions", "describe", "--transactional-id", "pay-1"));
        Assert.Matches(@"\d+\s+0\s+\S+\s+0\s+\d+\s+0", await RunAsync("transactions", "describe-producers", "--topic", "t", "--partition", "0"));
        Assert.Contains("No partition reassignments found", await RunAsync("reassign-partitions", "--list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Java_tool_sets_a_quota_that_slows_its_user_down()
    {
        await _broker.CreateTopicAsync("t");
        await RunAsync("configs", "--alter", "--entity-type", "users", "--entity-name", BrokerHarness.SuperUser, "--add-config", "producer_byte_rate=100000");
        var described = await RunAsync("configs", "--describe", "--entity-type", "users", "--entity-name", BrokerHarness.SuperUser);
        Assert.Contains("producer_byte_rate=100000", described, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-512", described, StringComparison.Ordinal);

        var producer = _broker.Producer();
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 5; i++)
        {
            await producer.ProduceAsync("t", new Confluent.Kafka.Message<string, string> { Key = "k", Value = new string('x', 300_000) });
        }

        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(900), "the fifth record did not wait although four were above the bucket of 1 MB");
    }

    private Task<string> RunAsync(string tool, params string[] arguments) => PipeAsync("", tool, arguments);

    private async Task<string> PipeAsync(string input, string tool, params string[] arguments)
    {
        var run = await ToolRun.StartAsync(KafkaScripts.Find("kt")!, [tool, "--bootstrap-server", _broker.Sasl, "--command-config", _config, .. arguments], input);
        Assert.True(run.ExitCode == 0, $"{tool} {string.Join(' ', arguments)} ended with {run.ExitCode}: {run.Output} {run.Errors}");
        return run.Output;
    }
}
