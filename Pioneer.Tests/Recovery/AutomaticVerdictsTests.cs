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

/// <summary>Outages of the cluster that are over and that nobody recovered.</summary>
public sealed class AutomaticVerdictsTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private readonly PlatformPicture _picture = new();
    private AutomaticVerdicts _verdicts = null!;

    private static CancellationToken Ct => DomainDatabase.Token;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _verdicts = new AutomaticVerdicts(
            _database.Get<IServiceScopeFactory>(), _picture, Options.Create(new AutomaticRestartOptions()), _database.Clock, NullLogger<AutomaticVerdicts>.Instance);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Outage_gets_its_playbook_when_brokers_have_answered_for_a_while_and_nobody_ran_it()
    {
        await AnOutageAsync();

        await LookAsync(answers: false);
        await LookAsync();
        Assert.Equal(0, await RunsAsync());
        await LookAsync(after: TimeSpan.FromSeconds(59));
        Assert.Equal(0, await RunsAsync());

        await LookAsync(after: TimeSpan.FromSeconds(2));
        await LookAsync(after: TimeSpan.FromSeconds(2));
        Assert.Equal(1, await RunsAsync());
    }

    [Fact]
    public async Task Outage_is_left_to_the_run_of_a_person_and_to_a_drill()
    {
        await AnOutageAsync(isDrill: true);
        await LookAsync();
        await LookAsync(after: TimeSpan.FromHours(1));
        Assert.Equal(0, await RunsAsync());

        await using (var db = _database.Open())
        {
            await db.Incidents.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, IncidentState.Closed), Ct);
        }

        var incident = await AnOutageAsync();
        Assert.True((await _database.Get<RunPlaybooks>().AgainstAsync(Actors.Admin, incident, Ct)).IsSuccess);
        await LookAsync(after: TimeSpan.FromHours(1));
        Assert.Equal(1, await RunsAsync());
    }

    [Fact]
    public async Task Finding_that_was_not_seen_for_a_minute_gets_its_playbook_and_not_while_it_is_seen()
    {
        await AnOutageAsync(scenario: Scenario.SourceUnavailable, subject: "Source bank");
        _picture.ShowFindings([new Finding(Scenario.SourceUnavailable, "Source bank", "Source bank cannot be reached", "", [])]);
        await LookAsync();
        await LookAsync(after: TimeSpan.FromMinutes(10));
        Assert.Equal(0, await RunsAsync());

        _picture.ShowFindings([]);
        await LookAsync(after: TimeSpan.FromSeconds(59));
        Assert.Equal(0, await RunsAsync());

        await LookAsync(after: TimeSpan.FromSeconds(2));
        Assert.Equal(1, await RunsAsync());
    }

    private Task LookAsync(bool answers = true, TimeSpan after = default)
    {
        _database.Clock.Advance(after);
        _picture.Show(new EvidenceRound(_database.Clock.GetUtcNow(), null, null, null));
        return _verdicts.ReactAsync(new QuickLook(_database.Clock.GetUtcNow(), new BrokerLook(answers ? 1 : 0, 1), []), Ct);
    }

    private async Task<int> RunsAsync()
    {
        await using var db = _database.Open();
        return await db.PlaybookRuns.CountAsync(Ct);
    }

    private async Task<IncidentId> AnOutageAsync(bool isDrill = false, Scenario? scenario = null, string subject = "kafka")
    {
        var id = new IncidentId(Guid.NewGuid());
        await using var db = _database.Open();
        db.Incidents.Add(new Incident
        {
            Id = id, Scenario = (scenario ?? Scenario.ClusterUnavailable).Number, Subject = subject, Title = "Kafka does not answer", Reason = "No broker answered.",
            DetectedAt = _database.Clock.GetUtcNow(), IsDrill = isDrill,
        });
        await db.SaveChangesAsync(Ct);
        return id;
    }
}
