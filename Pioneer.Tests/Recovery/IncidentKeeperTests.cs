using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What becomes an incident, and whom it takes in when the failure comes again before its verdict.</summary>
public sealed class IncidentKeeperTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private readonly PlatformPicture _picture = new();
    private EvidenceStore _evidence = null!;
    private IncidentKeeper _keeper = null!;
    private QuickLook? _before;

    private static CancellationToken Ct => DomainDatabase.Token;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.FeedsAsync();
        var scopes = _database.Get<IServiceScopeFactory>();
        _evidence = new EvidenceStore(scopes, _database.Clock);
        _keeper = new IncidentKeeper(scopes, new TenantFlowReader(scopes), _picture, _evidence, new DrillMarker(), _database.Get<IIdGenerator>(), _database.Clock,
            NullLogger<IncidentKeeper>.Instance);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Outage_is_believed_after_two_looks_in_a_row_and_opens_one_incident()
    {
        await AFedTenantAsync("acme");
        await LookAsync(answers: false);
        await LookAsync();
        await LookAsync(answers: false);
        Assert.Empty(await IncidentsAsync());

        await LookAsync(answers: false);
        await LookAsync(answers: false);
        Assert.Equal(["acme"], await AffectedAsync());
    }

    [Fact]
    public async Task Outage_that_comes_again_before_its_verdict_takes_in_the_tenants_that_came_since()
    {
        await OutageAsync();
        Assert.Empty(await AffectedAsync());

        await AFedTenantAsync("acme");
        await OutageAsync();
        Assert.Equal(["acme"], await AffectedAsync());
        await AFedTenantAsync("globex");
        await OutageAsync();

        Assert.Equal(["acme", "globex"], await AffectedAsync());
        var lines = Assert.Single(await IncidentsAsync()).Timeline.Where(line => line.IsShared).Select(line => line.Text);
        Assert.Equal(["Detected: Kafka does not answer.", .. Enumerable.Repeat("Detected again before there was a verdict: Kafka does not answer.", 2)], lines);
    }

    [Fact]
    public async Task Outages_in_a_row_are_judged_by_the_earliest_evidence_of_each_topic()
    {
        await AFedTenantAsync("acme", "payments", "balances");
        await SeeAsync(Topic("acme.t.payments", end: 100));
        await OutageAsync();
        await SeeAsync(Topic("acme.t.payments", end: 90), Topic("acme.t.balances", end: 7));
        await OutageAsync();
        await SeeAsync(Topic("acme.t.payments", end: 95), Topic("acme.t.balances", end: 3), Topic("somebody.else", end: 1));
        await OutageAsync();

        var incident = Assert.Single(await IncidentsAsync());
        var before = await _evidence.BeforeAsync(incident, Ct);
        Assert.Equal([("acme.t.payments", 100L), ("acme.t.balances", 7L)], before!.Cluster!.Topics.Select(topic => (topic.Name, topic.Partitions[0].End)));
        // the third one had nothing new to lose
        Assert.Equal(1, incident.Timeline.Count(line => line.LastGoodAt is not null));
    }

    [Fact]
    public async Task Failure_that_lasts_opens_an_incident_again_when_the_first_was_closed()
    {
        await AFedTenantAsync("acme");
        await OutageAsync(andBack: false);
        await using (var db = _database.Open())
        {
            await db.Incidents.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, IncidentState.Closed), Ct);
        }

        await LookAsync(answers: false);

        Assert.Equal([IncidentState.Open, IncidentState.Closed], (await IncidentsAsync()).Select(incident => incident.State).Order());
    }

    [Fact]
    public async Task Connector_that_is_failed_still_after_an_outage_is_the_same_failure()
    {
        await AFedTenantAsync("acme", "payments", "balances");
        await SeeAsync(Topic("acme.t.payments", end: 100));
        await LookAsync(connector: "FAILED");
        await LookAsync(connector: "FAILED");
        await SeeAsync(Topic("acme.t.payments", end: 100), Topic("acme.t.balances", end: 7));
        await OutageAsync(connector: "FAILED");
        await LookAsync(connector: "FAILED");

        var incident = Assert.Single(await IncidentsAsync(), incident => incident.Scenario == Scenario.ConnectorFailed.Number);
        Assert.Equal(["Detected: Connector acme.t.payments: task failed.", "Its status is FAILED; the worker gave no trace."], incident.Timeline.Select(line => line.Text));
    }

    private async Task OutageAsync(bool andBack = true, string connector = "RUNNING")
    {
        await LookAsync(answers: false, connector);
        await LookAsync(answers: false, connector);
        if (andBack)
        {
            await LookAsync(connector: connector);
        }
    }

    private async Task LookAsync(bool answers = true, string connector = "RUNNING")
    {
        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        var look = new QuickLook(_database.Clock.GetUtcNow(), new BrokerLook(answers ? 1 : 0, 1), [new ConnectorEvidence("acme.t.payments", connector, [], null)]);
        await _keeper.JudgeAsync(_before, look, Ct);
        _before = look;
    }

    private async Task SeeAsync(params TopicEvidence[] topics)
    {
        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        var round = new EvidenceRound(_database.Clock.GetUtcNow(), new ClusterEvidence("cluster-a", 1, [.. topics], []), [], []);
        await _evidence.KeepAsync(round, Ct);
        _picture.Show(round);
    }

    private static TopicEvidence Topic(string name, long end) => new(name, "id of " + name, -1, [new PartitionEvidence(0, 0, end, end)]);

    private async Task AFedTenantAsync(string slug, params string[] feeds)
    {
        await _database.ATenantAsync(slug);
        await _database.GrantAsync(slug, feeds is [] ? ["payments"] : feeds);
    }

    private async Task<List<Incident>> IncidentsAsync()
    {
        await using var db = _database.Open();
        return await db.Incidents.AsNoTracking().Include(incident => incident.Tenants)
            .Include(incident => incident.Timeline.OrderBy(line => line.Id)).ToListAsync(Ct);
    }

    private async Task<ImmutableArray<string>> AffectedAsync()
    {
        await using var db = _database.Open();
        var affected = Assert.Single(await IncidentsAsync()).Tenants.ConvertAll(tenant => tenant.TenantId);
        return [.. (await db.Tenants.Where(tenant => affected.Contains(tenant.Id)).ToListAsync(Ct)).Select(tenant => tenant.Slug.Value).Order()];
    }
}
