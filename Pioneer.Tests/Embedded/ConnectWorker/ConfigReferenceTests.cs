using System.Net;
using Pioneer.Embedded.Connect;
using Pioneer.Tests.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>Values that a connector's configuration refers to: read when a task begins, and written nowhere.</summary>
public sealed class ConfigReferenceTests(EmbeddedBrokerFixture broker, PostgresFixture postgres)
    : IClassFixture<EmbeddedBrokerFixture>, IClassFixture<PostgresFixture>
{
    private const string Password = "S3cret-of-the-bank", Reference = "${pioneer:bank:password}";

    [Fact]
    public async Task Database_takes_the_password_and_topics_and_answers_hold_the_reference_only()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync(
            $"""
            CREATE ROLE sealed LOGIN PASSWORD '{Password}';
            CREATE TABLE sealed_rows (id bigint PRIMARY KEY);
            GRANT SELECT ON sealed_rows TO sealed;
            INSERT INTO sealed_rows VALUES (1), (2);
            """);
        var provider = new Provider(() => Password);
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = kit.Topic("sealed_rows");
        await kit.CreateTopicAsync(topic, 1);
        await kit.StartWorkerAsync(options => options with { ConfigProviders = [provider] });
        var config = kit.PaymentsConfig(
            topic, "incrementing", ("connection.url", postgres.JdbcUrl), ("connection.user", PostgresFixture.AskedForPassword),
            ("connection.password", Reference), ("query", "SELECT * FROM (SELECT id FROM sealed_rows) q"), ("name", topic));

        var (_, checkedConfig) = await kit.CallAsync(HttpMethod.Put, $"/connector-plugins/{config["connector.class"]}/config/validate", config);
        await kit.PutAsync(topic, config);
        await Wait.UntilAsync(() => kit.Read(topic).Count == 2);

        Assert.Equal("0", checkedConfig!["error_count"]!.ToString());
        Assert.Contains(("bank", "password"), provider.Asked);
        var answers = new List<string> { checkedConfig.ToString() };
        foreach (var path in new[] { $"/connectors/{topic}", $"/connectors/{topic}/config", $"/connectors/{topic}/tasks", "/connectors?expand=info&expand=status" })
        {
            answers.Add((await kit.CallAsync(HttpMethod.Get, path)).Body!.ToString());
        }

        Assert.All(answers, answer => Assert.DoesNotContain(Password, answer, StringComparison.Ordinal));
        var records = kit.Read(kit.Options.ConfigTopic).Concat(kit.Read(kit.Options.StatusTopic)).Select(record => $"{record.Message.Key} {record.Message.Value}").ToList();
        Assert.Contains(records, record => record.Contains(Reference, StringComparison.Ordinal));
        Assert.All(records, record => Assert.DoesNotContain(Password, record, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Value_that_is_missing_fails_the_task_with_the_reference_and_the_reason_and_a_restart_reads_anew()
    {
        string? query = null;
        var provider = new Provider(() => query ?? throw new KeyNotFoundException("it was forgotten."));
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = await PreparedAsync(kit, provider);
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, more: ("query", Reference)));
        await kit.WaitForStateAsync(topic, "FAILED");
        var (_, status) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{topic}/status");
        Assert.Contains($"query is {Reference}, which has no value: it was forgotten.", status!["tasks"]![0]!["trace"]!.ToString(), StringComparison.Ordinal);

        query = kit.PaymentsConfig(topic)["query"];
        var (restarted, _) = await kit.CallAsync(HttpMethod.Post, $"/connectors/{topic}/restart?includeTasks=true&onlyFailed=true");

        Assert.Equal(HttpStatusCode.Accepted, restarted);
        await Wait.UntilAsync(() => kit.Read(topic).Count == 3);
    }

    [Fact]
    public async Task Provider_that_cannot_be_asked_is_asked_again()
    {
        var asked = 0;
        string? query = null;
        var provider = new Provider(() => Interlocked.Increment(ref asked) > 2 ? query! : throw new IOException("The database is away."));
        await using var kit = new ConnectKit(broker.Platform.Kafka!);
        var topic = await PreparedAsync(kit, provider);
        query = kit.PaymentsConfig(topic)["query"];

        await kit.PutAsync(topic, kit.PaymentsConfig(topic, more: ("query", Reference)));

        await Wait.UntilAsync(() => kit.Read(topic).Count == 3);
        Assert.Equal("RUNNING", await kit.TaskStateAsync(topic));
    }

    private static async Task<string> PreparedAsync(ConnectKit kit, IConfigProvider provider)
    {
        var topic = kit.Topic("payments");
        kit.CreatePayments();
        kit.InsertPayments(3);
        await kit.CreateTopicAsync(topic, 1);
        await kit.StartWorkerAsync(options => options with { ConfigProviders = [provider] });
        return topic;
    }

    private sealed class Provider(Func<string> value) : IConfigProvider
    {
        public List<(string Path, string Key)> Asked { get; } = [];

        public string Name => "pioneer";

        public Task<string> GetAsync(string path, string key, CancellationToken cancellationToken)
        {
            lock (Asked)
            {
                Asked.Add((path, key));
            }

            return Task.FromResult(value());
        }
    }
}
