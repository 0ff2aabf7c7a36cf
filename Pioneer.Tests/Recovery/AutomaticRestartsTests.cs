using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>Which failed connectors Pioneer restarts by itself, when, and which it leaves alone.</summary>
public sealed class AutomaticRestartsTests : IAsyncLifetime
{
    private const string Connector = "acme.t.payments";
    private const string SourceAway = "org.apache.kafka.connect.errors.ConnectException: The source is away";

    private readonly DomainDatabase _database = new();
    private readonly AutomaticRestartOptions _options = new();

    private static CancellationToken Ct => DomainDatabase.Token;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Failed_connector_is_restarted_at_once_and_the_incident_says_so()
    {
        var incident = await AnIncidentAsync();

        await ReactAsync(Failed());

        var run = Assert.Single(await RunsAsync());
        Assert.Equal((true, incident, "Pioneer", PlaybookRunState.Planned), (run.IsAutomatic, run.IncidentId, run.RequestedBy, run.State));
        Assert.Equal(run.OperationId, Assert.Single(_database.Queue.Enqueued));
        Assert.Equal(["Automatic restart 1 of at most 7."], await TimelineAsync());
    }

    [Fact]
    public async Task Connector_that_runs_again_by_itself_gets_its_verdict_by_the_same_run()
    {
        await AnIncidentAsync();

        await ReactAsync(Look("RUNNING"));

        Assert.Single(await RunsAsync());
    }

    [Fact]
    public async Task Nothing_is_restarted_when_switched_off()
    {
        await AnIncidentAsync();
        _options.Enabled = false;

        await ReactAsync(Failed());

        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public async Task Drill_is_left_to_the_drill()
    {
        await AnIncidentAsync(isDrill: true);

        await ReactAsync(Failed());

        Assert.Empty(await RunsAsync());
    }

    [Theory]
    [InlineData("S10", Connector, PlaybookRunState.Running, 0)]
    [InlineData("S10", Connector, PlaybookRunState.PausedByFailedStep, 0)]
    [InlineData("S10", "acme.t.balances", PlaybookRunState.Running, 1)]
    [InlineData("S01", "kafka", PlaybookRunState.Running, 0)]
    [InlineData("S01", "kafka", PlaybookRunState.PausedByOperator, 0)]
    [InlineData("S01", "kafka", PlaybookRunState.PausedByFailedStep, 1)]
    [InlineData("S01", "kafka", PlaybookRunState.Completed, 1)]
    public async Task Connector_is_left_to_a_run_that_concerns_it(string scenario, string subject, PlaybookRunState state, int automatic)
    {
        await AnIncidentAsync();
        await ARunAsync(scenario, subject, state);

        await ReactAsync(Failed());

        Assert.Equal(automatic, (await RunsAsync()).Count(run => run.IsAutomatic));
    }

    [Fact]
    public async Task Nothing_is_restarted_while_brokers_or_workers_do_not_answer_or_the_connector_is_paused()
    {
        await AnIncidentAsync();

        await ReactAsync(Failed() with { Brokers = new BrokerLook(0, 1) });
        await ReactAsync(Failed() with { Connectors = null });
        await ReactAsync(Look("PAUSED"));

        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public async Task Next_restart_comes_after_a_pause_when_the_first_did_not_help()
    {
        await AnIncidentAsync();
        await ReactAsync(Failed());
        await EndAsync(PlaybookRunState.Aborted);

        _database.Clock.Advance(TimeSpan.FromSeconds(119));
        await ReactAsync(Failed());
        Assert.Single(await RunsAsync());

        _database.Clock.Advance(TimeSpan.FromSeconds(13));
        await ReactAsync(Failed());
        Assert.Equal(2, (await RunsAsync()).Count);
        Assert.Equal("Automatic restart 2 of at most 7.", (await TimelineAsync())[^1]);
    }

    [Fact]
    public async Task Person_is_called_once_when_restarts_do_not_help()
    {
        _options.MaxRestarts = 2;
        await AnIncidentAsync();
        for (var hour = 0; hour < 5; hour++)
        {
            await ReactAsync(Failed());
            await EndAsync(PlaybookRunState.Aborted);
            _database.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(2, (await RunsAsync()).Count);
        Assert.Single(await TimelineAsync(), line => line.Contains("a person is needed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connector_that_runs_again_after_the_last_restart_gets_its_verdict()
    {
        _options.MaxRestarts = 1;
        await AnIncidentAsync();
        await ReactAsync(Failed());
        await EndAsync(PlaybookRunState.Aborted);
        _database.Clock.Advance(TimeSpan.FromHours(1));
        await ReactAsync(Failed());
        Assert.Single(await RunsAsync());

        await ReactAsync(Look("RUNNING"));

        Assert.Equal(2, (await RunsAsync()).Count);
        Assert.Equal("The connector runs again: the playbook gives the verdict.", (await TimelineAsync())[^1]);
    }

    [Theory]
    [InlineData(null, "was deleted")]
    [InlineData("PAUSED", "was paused on purpose")]
    public async Task Incident_ends_when_its_connector_stays_away_or_paused(string? state, string why)
    {
        await AnIncidentAsync();
        var restarts = Restarts();
        var gone = state is null ? Failed() with { Connectors = [] } : Look(state);

        await restarts.ReactAsync(gone, Ct);
        await using (var db = _database.Open())
        {
            Assert.Equal(IncidentState.Open, (await db.Incidents.SingleAsync(Ct)).State);
        }

        _database.Clock.Advance(TimeSpan.FromMinutes(2));
        await restarts.ReactAsync(gone, Ct);

        await using var after = _database.Open();
        Assert.Equal(IncidentState.Closed, (await after.Incidents.SingleAsync(Ct)).State);
        Assert.Contains(why, Assert.Single(await TimelineAsync()), StringComparison.Ordinal);
        Assert.Empty(await RunsAsync());
    }

    [Fact]
    public async Task Failure_that_would_come_back_is_left_to_a_person_and_the_incident_says_why()
    {
        await AnIncidentAsync();

        await ReactAsync(Look("FAILED", "org.apache.kafka.connect.errors.DataException: 'x' is no number"));
        await ReactAsync(Look("FAILED", "org.apache.kafka.connect.errors.DataException: 'x' is no number"));

        Assert.Empty(await RunsAsync());
        Assert.Contains("DataException", Assert.Single(await TimelineAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_that_react_at_once_start_one_run()
    {
        await AnIncidentAsync();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ReactAsync(Failed()))));

        Assert.Single(await RunsAsync());
        Assert.Single(_database.Queue.Enqueued);
    }

    [Fact]
    public async Task Person_who_starts_the_playbook_meanwhile_is_told_that_one_runs()
    {
        var incident = await AnIncidentAsync();
        await ReactAsync(Failed());

        var refused = await _database.Get<RunPlaybooks>().AgainstAsync(Actors.Admin, incident, Ct);

        Assert.Equal("PlaybookRunning", refused.Error!.Code);
    }

    [Theory]
    [InlineData(true, PlaybookRunState.Aborted, IncidentState.Open)]
    [InlineData(false, PlaybookRunState.PausedByFailedStep, IncidentState.Recovering)]
    public async Task Failed_step_ends_an_automatic_run_and_pauses_one_that_somebody_asked_for(bool automatic, PlaybookRunState state, IncidentState incident)
    {
        var id = await AnIncidentAsync();
        if (automatic)
        {
            await ReactAsync(Failed());
        }
        else
        {
            await _database.Get<RunPlaybooks>().AgainstAsync(Actors.Admin, id, Ct);
        }

        var store = new PlaybookRunStore(_database.Get<IServiceScopeFactory>(), new PlaybookRunEvents(), _database.Clock);
        var step = new PlaybookStepDefinition("Restart", TimeSpan.FromMinutes(1), (_, _) => Task.FromResult(new StepOutcome(true, "")));
        var taken = await store.TakeUpAsync(Assert.Single(await RunsAsync()).Id, _ => new Playbook(Scenario.ConnectorFailed, [step]), Ct);
        await store.BeginStepAsync(taken!, 1, Ct);
        await store.EndStepAsync(taken!, 1, new StepOutcome(false, "still failed"), Ct);

        var run = Assert.Single(await RunsAsync());
        Assert.Equal((state, automatic, "Restart: still failed"), (run.State, run.FinishedAt is not null, run.Error));
        await using var db = _database.Open();
        Assert.Equal(incident, (await db.Incidents.SingleAsync(Ct)).State);
    }

    private Task ReactAsync(QuickLook look) => Restarts().ReactAsync(look, Ct);

    private AutomaticRestarts Restarts() => new(
        _database.Get<IServiceScopeFactory>(), Options.Create(_options), _database.Clock, NullLogger<AutomaticRestarts>.Instance);

    private QuickLook Failed() => Look("FAILED", SourceAway);

    private QuickLook Look(string state, string? trace = null) => new(
        _database.Clock.GetUtcNow(), new BrokerLook(1, 1),
        [new ConnectorEvidence(Connector, state == "FAILED" ? "RUNNING" : state, [new TaskEvidence(0, state)], trace)]);

    private async Task<IncidentId> AnIncidentAsync(bool isDrill = false)
    {
        var id = new IncidentId(Guid.NewGuid());
        await using var db = _database.Open();
        db.Incidents.Add(new Incident
        {
            Id = id,
            Scenario = "S10",
            Subject = Connector,
            Title = "failed",
            Reason = SourceAway,
            DetectedAt = _database.Clock.GetUtcNow(),
            IsDrill = isDrill,
        });
        await db.SaveChangesAsync(Ct);
        return id;
    }

    private async Task ARunAsync(string scenario, string subject, PlaybookRunState state)
    {
        await using var db = _database.Open();
        db.PlaybookRuns.Add(new PlaybookRun
        {
            Id = new PlaybookRunId(Guid.NewGuid()),
            Scenario = scenario,
            Subject = subject,
            State = state,
            RequestedAt = _database.Clock.GetUtcNow(),
            RequestedBy = "Ada",
        });
        await db.SaveChangesAsync(Ct);
    }

    private async Task EndAsync(PlaybookRunState state)
    {
        await using var db = _database.Open();
        foreach (var run in await db.PlaybookRuns.Where(run => run.State == PlaybookRunState.Planned).ToListAsync(Ct))
        {
            (run.State, run.FinishedAt) = (state, _database.Clock.GetUtcNow());
        }

        await db.SaveChangesAsync(Ct);
    }

    private async Task<List<PlaybookRun>> RunsAsync()
    {
        await using var db = _database.Open();
        return await db.PlaybookRuns.AsNoTracking().OrderBy(run => run.RequestedAt).ToListAsync(Ct);
    }

    private async Task<List<string>> TimelineAsync()
    {
        await using var db = _database.Open();
        return await db.Incidents.SelectMany(incident => incident.Timeline).OrderBy(line => line.Id).Select(line => line.Text).ToListAsync(Ct);
    }
}
