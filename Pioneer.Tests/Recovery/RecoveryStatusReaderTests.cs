using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What the status says when very much is broken at once, and what saying it costs.</summary>
public sealed class RecoveryStatusReaderTests : IAsyncLifetime
{
    private const int Many = 2_000;

    private readonly DomainDatabase _database = new();
    private TenantId _acme;
    private TenantId _globex;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.FeedsAsync();
        _acme = await AFedTenantAsync("acme");
        _globex = await AFedTenantAsync("globex");
        await AFedTenantAsync("initech");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Status_takes_a_bounded_number_of_rows_when_very_many_incidents_are_open()
    {
        await OpenAsync(Many, _acme);
        var meter = new QueryMeter(_database, _database.As<ITenantScope>(Actors.Admin));

        var status = await ReadAsync(meter, Actors.Admin);

        Assert.Equal((RecoveryStatus.MaxOpenIncidents, Many), (status.OpenIncidents.Length, status.OpenIncidentCount));
        Assert.InRange(meter.Rows, 1, 4 * RecoveryStatus.MaxOpenIncidents);
        Assert.InRange(meter.Queries, 1, 5);
    }

    [Fact]
    public async Task Status_counts_every_tenant_when_the_incident_that_tells_of_it_is_not_among_those_shown()
    {
        await OpenAsync(1, _globex);
        _database.Clock.Advance(TimeSpan.FromHours(1));
        await OpenAsync(RecoveryStatus.MaxOpenIncidents + 10, _acme);

        var status = await ReadAsync(Actors.Admin);

        Assert.DoesNotContain(status.OpenIncidents, incident => incident.Tenants.Exists(tenant => tenant.TenantId == _globex));
        Assert.Equal(
            [("acme", StatusLevel.Degraded), ("globex", StatusLevel.Degraded), ("initech", StatusLevel.NotObserved)],
            status.Tenants.Select(tenant => (tenant.Tenant, tenant.Level)).OrderBy(tenant => tenant.Tenant));
        Assert.Equal("globex: Unknown 0 failed. Nothing is lost: The task stopped.", status.Tenants.Single(tenant => tenant.Tenant == "globex").Sentence);
    }

    [Fact]
    public async Task Status_says_what_was_lost_when_that_incident_is_older_than_all_that_are_shown()
    {
        await OpenAsync(1, _globex, Verdict.Lost);
        _database.Clock.Advance(TimeSpan.FromHours(1));
        await OpenAsync(RecoveryStatus.MaxOpenIncidents + 10, _acme);
        await OpenAsync(1, _globex);

        var status = await ReadAsync(Actors.Admin);

        Assert.Equal((StatusLevel.Lost, "1 tenant lost records"), (status.Level, status.Sentence));
        Assert.Equal("globex: Lost 0 is Lost", status.Tenants.Single(tenant => tenant.Tenant == "globex").Sentence);
        Assert.Equal("globex: Lost 0", status.OpenIncidents[0].Subject);
        Assert.Equal(Enumerable.Range(0, RecoveryStatus.MaxOpenIncidents - 1).Select(i => $"acme: Unknown {RecoveryStatus.MaxOpenIncidents + 9 - i}"), status.OpenIncidents.Skip(1).Select(incident => incident.Subject));
    }

    [Fact]
    public async Task Status_of_a_tenant_counts_its_own_open_incidents_when_others_have_more()
    {
        await OpenAsync(RecoveryStatus.MaxOpenIncidents + 10, _acme);
        await OpenAsync(2, _globex);
        await OpenAsync(3, _globex, Verdict.Full, IncidentState.Closed);

        var status = await ReadAsync(Actors.Member(TenantRole.Viewer, _globex));

        Assert.Equal((2, 2), (status.OpenIncidents.Length, status.OpenIncidentCount));
        Assert.Equal("globex", Assert.Single(status.Tenants).Tenant);
    }

    [Fact]
    public async Task Status_shows_no_incident_when_none_is_open()
    {
        await OpenAsync(3, _globex, Verdict.Lost, IncidentState.Closed);

        var status = await ReadAsync(Actors.Admin);

        Assert.Equal((0, 0, StatusLevel.NotObserved), (status.OpenIncidents.Length, status.OpenIncidentCount, status.Level));
    }

    [Fact]
    public async Task Status_is_not_fine_while_an_incident_that_touches_no_tenant_waits_for_its_verdict()
    {
        await using (var db = _database.Open())
        {
            await db.Entitlements.ExecuteDeleteAsync(DomainDatabase.Token);
            var outage = AnIncident(_acme, "kafka", Verdict.Unknown, IncidentState.Open, _database.Clock.GetUtcNow());
            outage.Tenants.Clear();
            db.Incidents.Add(outage);
            await db.SaveChangesAsync(DomainDatabase.Token);
        }

        var picture = new PlatformPicture();
        picture.Show(new QuickLook(_database.Clock.GetUtcNow(), new BrokerLook(1, 1), []));
        var status = await ReadAsync(new QueryMeter(_database, _database.As<ITenantScope>(Actors.Admin)), Actors.Admin, picture);

        Assert.Equal((StatusLevel.Degraded, "Degraded, nothing lost: the platform affected", 1), (status.Level, status.Sentence, status.OpenIncidentCount));
    }

    [Fact]
    public async Task Tenant_without_a_subscription_is_told_that_it_receives_nothing()
    {
        var status = await ReadAsync(Seen());

        Assert.All(status.Tenants, tenant => Assert.Equal((StatusLevel.Fine, "Nothing is subscribed: the tenant receives nothing."), (tenant.Level, tenant.Sentence)));
    }

    [Fact]
    public async Task What_was_paused_on_purpose_is_said_with_since_when_and_by_whom()
    {
        Assert.Null((await _database.Get<ControlConnectors>().PauseAsync(Actors.Admin, "acme", "payments", DomainDatabase.Token)).Error);

        var status = await ReadAsync(Seen());

        Assert.Equal((StatusLevel.Paused, "Paused on purpose, nothing lost: 1 tenant"), (status.Level, status.Sentence));
        Assert.Equal($"source → acme.t.payments is paused on purpose since 2026-11-23 12:00 UTC by {Actors.Admin.Name}. Nothing is lost.",
            status.Tenants.Single(tenant => tenant.Tenant == "acme").Sentence);
    }

    [Fact]
    public async Task Finding_makes_its_tenants_degraded_and_nobody_else()
    {
        var picture = Seen();
        picture.ShowFindings([new Finding(Scenario.SourceUnavailable, "Source bank", "Source bank cannot be reached", "10.0.0.7 does not answer.", ["globex"]) { Since = _database.Clock.GetUtcNow() }]);

        var status = await ReadAsync(picture);

        Assert.Equal(["globex"], status.Tenants.Where(tenant => tenant.Level is StatusLevel.Degraded).Select(tenant => tenant.Tenant));
        Assert.DoesNotContain("10.0.0.7", status.Tenants[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_are_left_out_are_not_all_well_and_not_nothing_lost()
    {
        var picture = Seen();
        picture.ShowFindings([new Finding(Scenario.RowsLeftOut, "globex.t.payments", "2 rows of globex.t.payments left out", "row with ID=2", ["globex"]) { Since = _database.Clock.GetUtcNow() }]);

        var status = await ReadAsync(picture);

        Assert.Equal((StatusLevel.Degraded, "Degraded, rows left out: 1 tenant affected"), (status.Level, status.Sentence));
        Assert.Equal(
            "2 rows of globex.t.payments left out since 2026-11-23 12:00 UTC. The rows reach nobody until they are mended in the source. Those before and after them are delivered.",
            status.Tenants.Single(tenant => tenant.Tenant == "globex").Sentence);
        Assert.Contains(status.Components, component => component is { Name: "globex.t.payments", Level: StatusLevel.Degraded });
    }

    [Fact]
    public async Task Values_that_failed_are_told_after_all_else_and_rows_that_a_query_left_out_before_them()
    {
        var picture = Seen();
        var failed = new Finding(Scenario.ValuesFailed, "LARGE_V1", "3 values of LARGE_V1 are NULL because they could not be computed", "N: no number", ["globex"]) { Since = _database.Clock.GetUtcNow() };
        picture.ShowFindings([failed]);
        Assert.Equal("Degraded, values failed: 1 tenant affected", (await ReadAsync(picture)).Sentence);

        picture.ShowFindings([failed, new Finding(Scenario.RecordsLeftOut, "SMALL_V1", "2 rows left out by SMALL_V1", "too large", ["globex"]) { Since = _database.Clock.GetUtcNow() }]);
        var status = await ReadAsync(picture);
        Assert.Equal("Degraded, rows left out: 1 tenant affected", status.Sentence);
        Assert.StartsWith("2 rows left out by SMALL_V1 since ", status.Tenants.Single(tenant => tenant.Tenant == "globex").Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_that_is_older_than_a_minute_is_not_taken_for_the_present()
    {
        var picture = Seen();
        _database.Clock.Advance(TimeSpan.FromMinutes(3));

        var status = await ReadAsync(picture);

        Assert.All(status.Tenants, tenant => Assert.Equal((StatusLevel.NotObserved, "Not observed for 3 min: what was seen before may no longer be so."), (tenant.Level, tenant.Sentence)));
        Assert.Contains(status.Components, component => component is { Name: "Platform watch", Level: StatusLevel.NotObserved });
    }

    [Fact]
    public async Task Tenant_whose_own_ksqlDB_does_not_answer_is_not_observed_since_then_and_the_others_are()
    {
        await _database.ReconcileAsync();
        var deployed = await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "large", "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", null, DomainDatabase.Token);
        Assert.Null(deployed.Error);
        await _database.ReconcileAsync();
        var now = _database.Clock.GetUtcNow();
        var round = new EvidenceRound(
            now,
            new ClusterEvidence(
                "cluster-a", 1, [new TopicEvidence("acme.t.payments", "t", 3_600_000, [new PartitionEvidence(0, 0, 10, 10)])],
                [new GroupEvidence(ConsumerGroups.Query("acme_", "ACME__LARGE_V1"), [new CommittedEvidence("acme.t.payments", 0, 10, null)])]),
            [], [new QueryEvidence("globex_", "GLOBEX__SMALL_V1", "RUNNING", null)]);
        var picture = Seen();

        picture.Show(round with { Queries = [.. round.Queries!.Value, new QueryEvidence("acme_", "ACME__LARGE_V1", "RUNNING", null)] });
        Assert.Equal(StatusLevel.Fine, (await ReadAsync(picture)).Level);

        picture.Show(round with { UnseenServices = [new UnseenService("acme_", "HTTP 503 of http://10.0.0.7", now.AddMinutes(-2))] });
        var status = await ReadAsync(picture);

        Assert.Equal(
            (StatusLevel.NotObserved, "Not observed since 2026-11-23 11:58:00 UTC: the ksqlDB that runs its queries does not answer."),
            (status.Tenants.Single(tenant => tenant.Tenant == "acme").Level, status.Tenants.Single(tenant => tenant.Tenant == "acme").Sentence));
        Assert.Equal(StatusLevel.Fine, status.Tenants.Single(tenant => tenant.Tenant == "globex").Level);
        Assert.Contains(status.Components, component => component is { Name: "ksqlDB", Level: StatusLevel.Fine });
        var dead = Assert.Single(status.Components, component => component.Name == "ksqlDB acme_");
        Assert.Equal((StatusLevel.NotObserved, "Not observed since 2026-11-23 11:58:00 UTC. HTTP 503 of http://10.0.0.7"), (dead.Level, dead.Evidence));
    }

    private PlatformPicture Seen()
    {
        var picture = new PlatformPicture();
        var now = _database.Clock.GetUtcNow();
        picture.Show(new QuickLook(now, new BrokerLook(1, 1), []));
        picture.Show(new EvidenceRound(now, new ClusterEvidence("cluster-a", 1, [], []), [], []));
        return picture;
    }

    private Task<RecoveryStatus> ReadAsync(PlatformPicture picture) =>
        ReadAsync(new QueryMeter(_database, _database.As<ITenantScope>(Actors.Admin)), Actors.Admin, picture);

    private Task<RecoveryStatus> ReadAsync(Actor actor) => ReadAsync(new QueryMeter(_database, _database.As<ITenantScope>(actor)), actor);

    private Task<RecoveryStatus> ReadAsync(QueryMeter meter, Actor actor, PlatformPicture? picture = null) => new RecoveryStatusReader(
        meter, _database.As<ITenantScope>(actor), new TenantFlowReader(_database.Get<IServiceScopeFactory>()), picture ?? new PlatformPicture(), _database.Clock)
        .ReadAsync(DomainDatabase.Token);

    private async Task<TenantId> AFedTenantAsync(string slug)
    {
        var created = await _database.ATenantAsync(slug);
        await _database.GrantAsync(slug, "payments");
        return created.Id;
    }

    /// <summary>Opens one incident a second, the first one now.</summary>
    private async Task OpenAsync(int count, TenantId tenant, Verdict verdict = Verdict.Unknown, IncidentState state = IncidentState.Open)
    {
        await using var db = _database.Open();
        db.Incidents.AddRange(Enumerable.Range(0, count).Select(i => AnIncident(tenant, $"{(tenant == _acme ? "acme" : "globex")}: {verdict} {i}", verdict, state, _database.Clock.GetUtcNow().AddSeconds(i))));
        await db.SaveChangesAsync(DomainDatabase.Token);
    }

    private static Incident AnIncident(TenantId tenant, string subject, Verdict verdict, IncidentState state, DateTimeOffset at)
    {
        var id = IncidentId.From(Guid.NewGuid());
        return new Incident
        {
            Id = id,
            Scenario = Scenario.ConnectorFailed.Number,
            Subject = subject,
            Title = $"{subject} failed",
            Reason = "The task stopped.",
            State = state,
            DetectedAt = at,
            Tenants = [new IncidentTenant { IncidentId = id, TenantId = tenant, Verdict = verdict, Explanation = $"{subject} is {verdict}" }],
            Timeline = [new IncidentEvent { IncidentId = id, At = at, Text = "Detected." }],
        };
    }
}
