using System.Text.Json;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What single steps of the playbooks do, against a worker whose answers the test says.</summary>
public sealed class PlaybookCatalogueTests : IAsyncLifetime
{
    private const string Connector = "acme.t.payments";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-playbook-").FullName;
    private FakePlatform _platform = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _platform = await FakePlatform.StartAsync();
        _host = await JobsHost.StartAsync(
            _folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, _platform.Url, _platform.Url, services => services.AddRecovery());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _platform.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Theory]
    [InlineData("S01")]
    [InlineData("S10")]
    public async Task Task_that_fails_again_while_a_run_waits_for_it_is_restarted_again(string scenario)
    {
        _platform.Connectors = Connectors("FAILED");
        var restarts = 0;
        _platform.Restarted = _ => _platform.Connectors = Connectors(++restarts == 2 ? "RUNNING" : "FAILED");
        var step = Assert.Single(_host.Get<PlaybookCatalogue>().Find(scenario)!.Steps, step => step.Name == "Wait until every task runs");

        var outcome = await step.Act(Context(scenario), Ct);

        Assert.Equal((true, 2), (outcome.Succeeded, restarts));
    }

    [Theory]
    [InlineData("org.apache.kafka.connect.errors.ConnectException: java.sql.SQLSyntaxErrorException: permission denied [42501]", "RUNNING")]
    [InlineData("org.apache.kafka.connect.errors.ConnectException: The source is away", "FAILED")]
    public async Task Run_against_an_outage_neither_restarts_nor_waits_for_what_fails_for_a_reason_of_its_own(string trace, string before)
    {
        _platform.Connectors = Connectors("FAILED", trace);
        var restarts = 0;
        _platform.Restarted = _ => restarts++;
        var earlier = new EvidenceRound(TimeProvider.System.GetUtcNow(), null, [new ConnectorEvidence(Connector, "RUNNING", [new TaskEvidence(0, before)], null)], []);

        foreach (var step in _host.Get<PlaybookCatalogue>().Find("S01")!.Steps.Where(step => step.Name is "Restart only what failed" or "Wait until every task runs"))
        {
            Assert.True((await step.Act(Context("S01") with { Before = earlier }, Ct)).Succeeded);
        }

        Assert.Equal(0, restarts);
    }

    [Fact]
    public async Task Persons_run_restarts_its_own_connector_once_whatever_it_failed_by()
    {
        _platform.Connectors = Connectors("FAILED", "org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"bank\"");
        var restarts = 0;
        _platform.Restarted = _ =>
        {
            restarts++;
            _platform.Connectors = Connectors("RUNNING");
        };

        foreach (var step in _host.Get<PlaybookCatalogue>().Find("S10")!.Steps.Where(step => step.Name is "Restart only what failed" or "Wait until every task runs"))
        {
            Assert.True((await step.Act(Context("S10"), Ct)).Succeeded);
        }

        Assert.Equal(1, restarts);
    }

    private static PlaybookContext Context(string scenario) => new(
        new PlaybookRun
        {
            Id = new PlaybookRunId(Guid.NewGuid()), Scenario = scenario, Subject = scenario == "S10" ? Connector : "kafka", RequestedBy = "test",
            RequestedAt = TimeProvider.System.GetUtcNow(),
        },
        Before: null, []);

    private static string Connectors(string state, string? trace = null) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        [Connector] = new
        {
            status = new { name = Connector, connector = new { state = "RUNNING", worker_id = "w" }, tasks = new[] { new { id = 0, state, worker_id = "w", trace } } },
            info = new { name = Connector, config = new { }, tasks = new[] { new { connector = Connector, task = 0 } }, type = "source" },
        },
    });
}
