using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>What seed runs do with the answers of a real ksqlDB, which differ from what one would expect: its words are those of its source code.</summary>
public sealed class SeedAgainstKsqlDbTests : IAsyncLifetime
{
    private const string Live = "ACME__MY_BALANCES_V1";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-seed-ksqldb-").FullName;
    private readonly SeedTarget _target = new(
        new SeedRunId(Guid.NewGuid()), TenantSlug.Parse("acme"), "my-balances", "acme_", Live, "acme.t.balances", [], "acme.d.my-balances", "SINK", "", null);

    private FakePlatform _ksqlDb = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ksqlDb = await FakePlatform.StartAsync();
        var nobody = new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT", RequestTimeoutMs = 1000 };
        _host = await JobsHost.StartAsync(_folder, nobody, _ksqlDb.Url, _ksqlDb.Url, services => services.AddSeeding());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _ksqlDb.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Live_query_is_resumed_though_ksqldb_says_RUNNING_of_a_paused_one()
    {
        Explain("""{"host-1:8088":"PAUSED"}""");
        _ksqlDb.Came = statement =>
        {
            if (statement == $"RESUME {Live};")
            {
                Explain("""{"host-1:8088":"RUNNING"}""");
            }
        };

        await _host.Get<SeedActions>().ResumeLiveAsync(_target, Ct);

        Assert.Equal([$"EXPLAIN {Live};", $"RESUME {Live};", $"EXPLAIN {Live};"], _ksqlDb.Statements);
    }

    [Theory]
    [InlineData("""{"a:8088":"PAUSED"}""", "PAUSED")]
    [InlineData("""{"a:8088":"PAUSED","b:8088":"RUNNING"}""", "RUNNING")]
    [InlineData("""{"a:8088":"PAUSED","b:8088":"UNRESPONSIVE"}""", "PAUSED")]
    [InlineData("""{"a:8088":"RUNNING","b:8088":"ERROR"}""", "ERROR")]
    [InlineData("""{"a:8088":"UNRESPONSIVE"}""", "UNRESPONSIVE")]
    [InlineData("{}", "RUNNING")]
    public async Task State_of_an_explained_query_is_that_of_its_hosts(string hosts, string state)
    {
        Explain(hosts);

        Assert.Equal(state, (await _host.Get<KsqlDbClient>().ExplainAsync("acme_", Live, Ct))!.State);
    }

    [Theory]
    [InlineData("""{"PAUSED":2}""", "PAUSED")]
    [InlineData("""{"RUNNING":1,"PAUSED":1}""", "RUNNING")]
    [InlineData("""{"RUNNING":0,"PAUSED":1}""", "PAUSED")]
    [InlineData("""{"RUNNING":1,"ERROR":1}""", "ERROR")]
    public async Task State_of_a_listed_query_is_that_of_its_counts(string counts, string state)
    {
        _ksqlDb.Answers["SHOW QUERIES;"] =
            $$"""[{"@type":"queries","queries":[{"id":"{{Live}}","queryType":"PERSISTENT","statusCount":{{counts}},"state":"RUNNING"}]}]""";

        Assert.Equal(state, Assert.Single(await _host.Get<KsqlDbClient>().ListQueriesAsync("acme_", Ct)).State);
    }

    [Theory]
    [InlineData("[]", "at_least_once")]
    [InlineData("""[{"name":"ksql.streams.processing.guarantee","scope":"KSQL","value":"exactly_once"}]""", "exactly_once")]
    public async Task Run_is_refused_before_anything_is_paused_when_queries_are_not_exactly_once(string properties, string named)
    {
        Explain("""{"host-1:8088":"RUNNING"}""");
        Properties(properties);

        var broken = Assert.IsType<SeedEvent.Broken>(await _host.Get<SeedActions>().PauseLiveAsync(_target, Ct));

        Assert.Contains($"processing.guarantee={named}:", broken.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain($"PAUSE {Live};", _ksqlDb.Statements);
    }

    [Theory]
    [InlineData("[]", 2000)]
    [InlineData("""[{"name":"ksql.streams.commit.interval.ms","scope":"KSQL","value":"100"}]""", 100)]
    public async Task Commit_interval_is_what_the_server_lists_or_its_default(string properties, int ms)
    {
        Properties(properties);

        Assert.Equal(TimeSpan.FromMilliseconds(ms), (await _host.Get<KsqlDbClient>().StreamsSettingsAsync("acme_", Ct)).CommitInterval);
    }

    [Fact]
    public async Task Statement_that_ksqldb_could_not_write_into_its_command_topic_is_one_to_try_again()
    {
        _ksqlDb.Refusals[$"PAUSE {Live};"] = (50000, $"Could not write the statement 'PAUSE {Live};' into the command topic.\nCaused by: Timeout expired");
        _ksqlDb.Refusals[$"RESUME {Live};"] = (40001, "Something else");
        var client = _host.Get<KsqlDbClient>();

        await Assert.ThrowsAsync<KsqlDbUnavailableException>(() => client.PauseAsync("acme_", Live, Ct));
        await Assert.ThrowsAsync<KsqlDbRequestException>(() => client.ResumeAsync("acme_", Live, Ct));
    }

    private void Properties(string properties) =>
        _ksqlDb.Answers["SHOW PROPERTIES;"] = $$"""[{"@type":"properties","properties":{{properties}},"overwrittenProperties":[],"defaultProperties":[]}]""";

    private void Explain(string hosts) => _ksqlDb.Answers[$"EXPLAIN {Live};"] =
        $$"""[{"@type":"queryDescription","queryDescription":{"id":"{{Live}}","ksqlHostQueryStatus":{{hosts}},"queryType":"PERSISTENT","state":"RUNNING"} }]""";
}
