using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Sources;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>When what a round finds is believed, and when it becomes an incident.</summary>
public sealed class FindingKeeperTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private readonly PlatformPicture _picture = new();
    private FindingKeeper _keeper = null!;
    private IncidentKeeper _incidents = null!;
    private TenantFlowReader _flows = null!;

    private static CancellationToken Ct => DomainDatabase.Token;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.FeedsAsync();
        await _database.ATenantAsync();
        await _database.GrantAsync("acme", "payments");
        var scopes = _database.Get<IServiceScopeFactory>();
        _flows = new TenantFlowReader(scopes);
        _incidents = new IncidentKeeper(scopes, _flows, _picture, new EvidenceStore(scopes, _database.Clock), new DrillMarker(), _database.Get<IIdGenerator>(),
            _database.Clock, NullLogger<IncidentKeeper>.Instance);
        _keeper = new FindingKeeper(_picture, _incidents, new EvidenceStore(scopes, _database.Clock), _database.Clock);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Finding_is_shown_when_two_rounds_in_a_row_have_it()
    {
        await JudgeAsync(topicSeen: false);
        Assert.Empty(_picture.Findings);
        Assert.True(_keeper.HasDoubts);

        await JudgeAsync(topicSeen: true);
        await JudgeAsync(topicSeen: false);
        Assert.Empty(_picture.Findings);

        await JudgeAsync(topicSeen: false);
        Assert.Equal(("S20", "acme.t.payments"), Assert.Single(_picture.Findings).Key);
        Assert.False(_keeper.HasDoubts);
    }

    [Fact]
    public async Task Missing_topic_is_an_incident_as_soon_as_it_is_believed()
    {
        await JudgeAsync();
        await JudgeAsync(topicSeen: false);
        await JudgeAsync(topicSeen: false);
        await JudgeAsync(topicSeen: false);

        var incident = Assert.Single(await IncidentsAsync());
        Assert.Equal(("S20", "acme.t.payments", 1), (incident.Scenario, incident.Subject, incident.Tenants.Count));
    }

    [Fact]
    public async Task What_was_never_made_is_shown_as_missing_and_is_no_incident()
    {
        await JudgeAsync(topicSeen: false, connector: null);
        await JudgeAsync(topicSeen: false, connector: null, after: TimeSpan.FromMinutes(5));

        Assert.Equal(["S11", "S20"], _picture.Findings.Select(finding => finding.Scenario.Number).Order(StringComparer.Ordinal));
        Assert.Empty(await IncidentsAsync());
    }

    [Fact]
    public async Task Topic_that_went_while_the_portal_was_down_is_an_incident()
    {
        var before = new EvidenceRound(_database.Clock.GetUtcNow(), new ClusterEvidence("cluster-a", 1, [new TopicEvidence("acme.t.payments", "id", -1, [])], []), [], []);
        await new EvidenceStore(_database.Get<IServiceScopeFactory>(), _database.Clock).KeepAsync(before, Ct);

        await JudgeAsync(topicSeen: false);
        await JudgeAsync(topicSeen: false);

        Assert.Equal("S20", Assert.Single(await IncidentsAsync()).Scenario);
    }

    [Fact]
    public async Task Source_that_does_not_answer_is_shown_at_once_and_an_incident_after_a_minute()
    {
        var since = _database.Clock.GetUtcNow();
        _picture.ShowSources([new SourceState("bank", ["payments"], new SourceContact(since, SourceContactKind.Unreachable, Error.Conflict("Gone", "Nothing answers."), TimeSpan.Zero), null, since)]);
        await JudgeAsync();
        await JudgeAsync();
        Assert.Equal("Source bank cannot be reached", Assert.Single(_picture.Findings).Title);
        Assert.Empty(await IncidentsAsync());

        await JudgeAsync(after: TimeSpan.FromMinutes(1));

        Assert.Equal("Source bank", Assert.Single(await IncidentsAsync()).Subject);
    }

    [Fact]
    public async Task Finding_stays_while_the_part_that_showed_it_is_not_seen_and_keeps_its_age()
    {
        await JudgeAsync(connector: null);
        await JudgeAsync(connector: null);
        var since = Assert.Single(_picture.Findings).Since;

        await JudgeAsync(connectSeen: false);

        Assert.Equal(since, Assert.Single(_picture.Findings, finding => finding.Scenario == Scenario.ConnectorMissing).Since);
    }

    [Fact]
    public async Task Connect_that_does_not_answer_is_an_incident_of_those_it_feeds_after_a_minute()
    {
        await _database.ATenantAsync("globex");
        await JudgeAsync(connectSeen: false);
        await JudgeAsync(connectSeen: false);
        Assert.Empty(await IncidentsAsync());

        await JudgeAsync(connectSeen: false, after: TimeSpan.FromMinutes(1));

        var incident = Assert.Single(await IncidentsAsync());
        Assert.Equal(("S09", 1), (incident.Scenario, incident.Tenants.Count));
    }

    [Fact]
    public async Task Partition_without_a_leader_is_an_incident_of_the_tenants_that_it_serves()
    {
        var unseen = new UnseenEvidence("acme.t.payments-1", "Partition acme.t.payments-1 has no leader: nobody can read or write it.");
        await JudgeAsync(unseen: unseen);
        await JudgeAsync(unseen: unseen);

        var incident = Assert.Single(await IncidentsAsync());
        Assert.Equal(("S03", "acme.t.payments-1", unseen.Reason), (incident.Scenario, incident.Subject, incident.Reason));
    }

    [Fact]
    public async Task Records_that_retention_deleted_unread_are_lost_from_the_incident_on_whatever_is_compared_later()
    {
        var finding = new Finding(Scenario.RetentionPassed, "ACME__LARGE_V1", "ACME__LARGE_V1: 15 records lost", "Retention deleted 15 records.", ["acme"]);
        await _incidents.NoteAsync([finding], Ct);
        var incident = Assert.Single(await IncidentsAsync());
        var affected = Assert.Single(incident.Tenants);
        Assert.Equal((Verdict.Lost, "Retention deleted 15 records."), (affected.Verdict, affected.Explanation));
        var started = await _database.Get<RunPlaybooks>().AgainstAsync(Actors.Admin, incident.Id, Ct);
        var store = new PlaybookRunStore(_database.Get<IServiceScopeFactory>(), new PlaybookRunEvents(), _database.Clock);
        var run = await store.TakeUpAsync(started.Value.Run, _ => new Playbook(Scenario.RetentionPassed, []), Ct);

        await store.ConcludeAsync(run!, [(affected.TenantId, new TenantVerdict("acme", Verdict.FullLate, [], [], "All was delivered."))], Ct);

        var closed = Assert.Single(await IncidentsAsync());
        Assert.Equal((IncidentState.Closed, Verdict.Lost, "Retention deleted 15 records."), (closed.State, closed.Tenants[0].Verdict, closed.Tenants[0].Explanation));
    }

    [Fact]
    public async Task Lost_broker_is_told_with_those_that_go_on()
    {
        await JudgeAsync(lostBroker: 3);
        await JudgeAsync(lostBroker: 3);

        var found = Assert.Single(_picture.Findings);
        Assert.Equal(("Broker 3 is gone", "2 other brokers go on."), (found.Title, found.Reason));
    }

    [Fact]
    public async Task Rows_that_were_left_out_are_a_finding_and_never_an_incident()
    {
        var skipped = new SkippedRows(2, _database.Clock.GetUtcNow(), "row with ID=2", "'n/a' is no number.");
        await JudgeAsync(skipped: skipped);
        await JudgeAsync(skipped: skipped, after: TimeSpan.FromMinutes(2));
        await JudgeAsync(connectSeen: false);

        Assert.Equal("2 rows of acme.t.payments left out", Assert.Single(_picture.Findings, finding => finding.Scenario == Scenario.RowsLeftOut).Title);
        Assert.Empty(await IncidentsAsync());
    }

    [Fact]
    public async Task Rows_that_a_query_left_out_are_a_finding_that_stays_while_ksqldb_does_not_answer_and_is_never_an_incident()
    {
        var acme = (await _flows.ReadAsync(Ct)).Single(tenant => tenant.Slug.Value == "acme") with { Flow = EvidenceBuilder.Flow };
        var seen = new EvidenceBuilder().Build();
        seen = seen with { Queries = [seen.Queries!.Value.Single() with { Skipped = new SkippedRows(2, _database.Clock.GetUtcNow(), "place", "reason") }] };
        foreach (var round in new[] { seen, seen, seen with { Queries = null } })
        {
            _database.Clock.Advance(TimeSpan.FromMinutes(2));
            await _keeper.JudgeAsync([acme], round, Ct);
        }

        Assert.Equal("2 rows left out by LARGE_V1", Assert.Single(_picture.Findings, finding => finding.Scenario == Scenario.RecordsLeftOut).Title);
        Assert.DoesNotContain(await IncidentsAsync(), incident => incident.Scenario == "S21");
    }

    [Fact]
    public async Task Connector_that_stands_still_against_its_table_is_an_incident_with_what_the_table_has()
    {
        var since = _database.Clock.GetUtcNow();
        _picture.ShowTables([new TableLook("acme.t.payments", "acme", since, null, TableState.Behind, since, "0 rows since its start, the table has 4.", null) { StandsAfter = TimeSpan.FromMinutes(1) }], []);
        await JudgeAsync();
        await JudgeAsync();
        Assert.Empty(_picture.Findings);

        await JudgeAsync(after: TimeSpan.FromMinutes(1));
        await JudgeAsync();
        Assert.Empty(await IncidentsAsync()); // what is seen for the first time may be over in a moment, however long ago it began
        await JudgeAsync(after: TimeSpan.FromSeconds(15));

        Assert.Equal(("Connector acme.t.payments stands still against its table", since), (Assert.Single(_picture.Findings).Title, _picture.Findings[0].Since));
        var incident = Assert.Single(await IncidentsAsync());
        Assert.Equal(("S11", "acme.t.payments", "0 rows since its start, the table has 4.", 1), (incident.Scenario, incident.Subject, incident.Reason, incident.Tenants.Count));
    }

    [Fact]
    public async Task Answer_that_a_connector_waits_for_is_shown_by_the_first_round_and_an_incident_after_a_minute()
    {
        var since = _database.Clock.GetUtcNow();
        var waits = new ConnectorProgress(since, since, 0, null, null, null, null) { WaitsSince = since };
        await JudgeAsync(progress: waits, after: FlowFindings.ToldSilentAfter);
        Assert.Equal(("Connector acme.t.payments gets no answer from its source", since), (Assert.Single(_picture.Findings).Title, _picture.Findings[0].Since));
        await JudgeAsync(progress: waits, after: TimeSpan.FromSeconds(50));
        Assert.Empty(await IncidentsAsync());

        await JudgeAsync(progress: waits);

        Assert.Equal(("S11", "acme.t.payments"), Assert.Single(await IncidentsAsync()) is var incident ? (incident.Scenario, incident.Subject) : default);
    }

    [Fact]
    public async Task Source_that_is_away_is_one_finding_and_not_one_more_for_each_connector_that_it_does_not_answer()
    {
        var since = _database.Clock.GetUtcNow();
        var silent = new ConnectorProgress(since, since, 0, null, null, null, null);
        await JudgeAsync(progress: silent, after: TimeSpan.FromMinutes(3));
        // it does not wait now, as after an outage of the brokers: a second round has to find the same
        Assert.Empty(_picture.Findings);
        await JudgeAsync(progress: silent);
        Assert.Equal("Connector acme.t.payments gets no answer from its source", Assert.Single(_picture.Findings).Title);

        _picture.ShowSources([new SourceState("bank", ["payments"], new SourceContact(since, SourceContactKind.Unreachable, Error.Conflict("Gone", "Nothing answers."), TimeSpan.Zero), null, since)]);
        await JudgeAsync(progress: silent);
        await JudgeAsync(progress: silent);

        Assert.Equal("Source bank cannot be reached", Assert.Single(_picture.Findings).Title);
    }

    private async Task JudgeAsync(bool topicSeen = true, string? connector = "RUNNING", bool connectSeen = true, int? lostBroker = null, UnseenEvidence? unseen = null,
        TimeSpan? after = null, SkippedRows? skipped = null, ConnectorProgress? progress = null)
    {
        _database.Clock.Advance(after ?? TimeSpan.FromSeconds(3));
        var cluster = new ClusterEvidence("cluster-a", 2,
            topicSeen ? [new TopicEvidence("acme.t.payments", "id", -1, [new PartitionEvidence(0, 0, 5, 5)])] : [], [])
        {
            Unseen = unseen is null ? [] : [unseen],
            LostBrokers = lostBroker is { } broker ? [broker] : [],
        };
        var round = new EvidenceRound(_database.Clock.GetUtcNow(), cluster,
            connectSeen ? connector is null ? [] : [new ConnectorEvidence("acme.t.payments", connector, [new TaskEvidence(0, connector)], null) { Skipped = skipped, Progress = progress }] : null, []);
        await _keeper.JudgeAsync(await _flows.ReadAsync(Ct), round, Ct);
    }

    private async Task<List<Incident>> IncidentsAsync()
    {
        await using var db = _database.Open();
        return await db.Incidents.AsNoTracking().Include(incident => incident.Tenants).ToListAsync(Ct);
    }
}
