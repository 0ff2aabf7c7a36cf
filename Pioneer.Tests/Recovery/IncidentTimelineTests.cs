using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>An incident that touches several tenants is one row for the platform, and to each of them tells only its own part.</summary>
public sealed class IncidentTimelineTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Line_about_a_tenant_is_read_by_that_tenant_and_the_platform_only()
    {
        var acme = (await _database.ATenantAsync()).Id;
        var globex = (await _database.ATenantAsync("globex")).Id;
        await AddAsync(
            Line("Detected.", shared: true), Line("acme: everything was delivered.", acme), Line("globex: 3 offsets are lost.", globex), Line("Restarted globex.t.payments."));

        Assert.Equal(["Detected.", "acme: everything was delivered."], await SeenAsync(TenantScope.Of([acme])));
        Assert.Equal(["Detected.", "globex: 3 offsets are lost."], await SeenAsync(TenantScope.Of([globex])));
        Assert.Equal(4, (await SeenAsync(TenantScope.All)).Count);
    }

    [Fact]
    public void Restart_tells_tenants_how_many_connectors_and_the_platform_which()
    {
        var outcome = PlaybookCatalogue.Restarted(["acme.t.payments", "globex.t.payments"]);

        Assert.Equal("Restarted 2 connectors.", outcome.Shared);
        Assert.Contains("globex.t.payments", outcome.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("globex", new StepOutcome(false, "Connect refused globex.t.payments").Shared, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_open_incident_of_a_scenario_and_subject_is_refused_by_the_database()
    {
        await AddAsync(Line("Detected.", shared: true));
        await Assert.ThrowsAsync<DbUpdateException>(() => AddAsync(Line("Detected again.", shared: true)));

        await using var db = _database.Open();
        await db.Incidents.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, IncidentState.Closed), DomainDatabase.Token);
        await AddAsync(Line("Detected later.", shared: true));
    }

    private static IncidentEvent Line(string text, TenantId? tenant = null, bool shared = false) =>
        new() { IncidentId = default, At = default, Text = text, TenantId = tenant, IsShared = shared };

    private async Task AddAsync(params IncidentEvent[] lines)
    {
        var id = IncidentId.From(Guid.NewGuid());
        await using var db = _database.Open();
        db.Incidents.Add(new Incident
        {
            Id = id,
            Scenario = Scenario.ClusterUnavailable.Number,
            Subject = "kafka",
            Title = "Kafka does not answer",
            Reason = "No broker answered.",
            DetectedAt = _database.Clock.GetUtcNow(),
            Timeline = [.. lines.Select((line, index) => new IncidentEvent
            {
                IncidentId = id, At = _database.Clock.GetUtcNow().AddSeconds(index), Text = line.Text, TenantId = line.TenantId, IsShared = line.IsShared,
            })],
        });
        await db.SaveChangesAsync(DomainDatabase.Token);
    }

    private async Task<List<string>> SeenAsync(TenantScope scope)
    {
        await using var db = _database.Open(scope);
        var incident = await db.Incidents.Include(row => row.Timeline).SingleAsync(DomainDatabase.Token);
        return [.. incident.Timeline.OrderBy(line => line.At).Select(line => line.Text)];
    }
}
