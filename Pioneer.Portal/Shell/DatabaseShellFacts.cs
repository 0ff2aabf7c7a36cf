using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;

namespace Pioneer.Portal.Shell;

/// <summary>The frame's figures, within what the signed-in person may see (the database filters by tenant scope).</summary>
public sealed class DatabaseShellFacts : ShellFacts, IDisposable
{
    private static readonly SeedRunState[] RunningSeeds =
        [SeedRunState.Queued, SeedRunState.Preparing, SeedRunState.Snapshotting, SeedRunState.HandingOver, SeedRunState.Verifying];

    private readonly IDbContextFactory<PioneerDbContext> _databases;
    private readonly IConfiguration _configuration;
    private readonly bool _embedded;
    private readonly IDisposable _subscription;

    public DatabaseShellFacts(IDbContextFactory<PioneerDbContext> databases, IConfiguration configuration, IServiceProvider services, LiveChanges live)
    {
        _databases = databases;
        _configuration = configuration;
        _embedded = services.GetService<EmbeddedPlatform>()?.Endpoints.KafkaSasl is not null;
        _subscription = live.Subscribe(
            LiveTopic.Tenants | LiveTopic.Subscriptions | LiveTopic.Operations | LiveTopic.Seeding | LiveTopic.Recovery, _ => RaiseChanged());
    }

    public override string PlatformName => _embedded ? "Embedded platform" : Bootstrap.Split(',')[0];

    public override string PlatformDetail => $"Kafka at {Bootstrap}";

    private string Bootstrap => _configuration["Kafka:BootstrapServers"] ?? "";

    public override async Task<NavCounts> CountsAsync()
    {
        await using var database = await _databases.CreateDbContextAsync();
        return new NavCounts(
            await database.Tenants.CountAsync(t => t.State != TenantState.Deleted),
            await database.Subscriptions.CountAsync(s => s.State != SubscriptionState.Deleted),
            await database.SeedRuns.CountAsync(r => RunningSeeds.Contains(r.State)),
            await database.Operations.CountAsync(o => o.State == OperationState.Queued || o.State == OperationState.Running));
    }

    public override async Task<VerdictLine?> VerdictAsync()
    {
        await using var database = await _databases.CreateDbContextAsync();
        var open = await database.IncidentTenants.AsNoTracking()
            .Join(database.Incidents.Where(i => i.State != IncidentState.Closed), t => t.IncidentId, i => i.Id, (t, i) => new { t.TenantId, t.Verdict, t.LossBeginsAt })
            .ToListAsync();
        var lost = open.Where(t => t.Verdict is Verdict.Lost or Verdict.ReseedNeeded).Select(t => t.TenantId).Distinct().Count();
        if (lost > 0)
        {
            return new(Tone.Bad, lost == 1 ? "Lost for 1 tenant" : $"Lost for {lost} tenants");
        }

        var atRisk = open.Where(t => t.LossBeginsAt is not null).ToList();
        if (atRisk.Count > 0)
        {
            var tenants = atRisk.Select(t => t.TenantId).Distinct().Count();
            return new(Tone.Warn, $"{tenants} {(tenants == 1 ? "tenant" : "tenants")} at risk");
        }

        var incidents = await database.Incidents.CountAsync(i => i.State != IncidentState.Closed);
        if (incidents > 0)
        {
            return new(Tone.Warn, "Degraded · nothing lost");
        }

        return await database.Evidence.AnyAsync() ? new(Tone.Ok, "Nothing lost") : new(Tone.Plain, "Not observed yet");
    }

    public void Dispose() => _subscription.Dispose();
}
