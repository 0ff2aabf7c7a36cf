using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Shell;

/// <summary>The frame's figures, within what the signed-in person may see (the database filters by tenant scope).</summary>
public sealed class DatabaseShellFacts : ShellFacts, IDisposable
{
    private static readonly SeedRunState[] RunningSeeds =
        [SeedRunState.Queued, SeedRunState.Preparing, SeedRunState.Snapshotting, SeedRunState.HandingOver, SeedRunState.Verifying];

    private readonly IDbContextFactory<PioneerDbContext> _databases;
    private readonly IConfiguration _configuration;
    private readonly RecoveryStatusReader _status;
    private readonly bool _embedded;
    private readonly IDisposable _subscription;

    private readonly AccountNotices _notices;
    private readonly CurrentActor _me;

    public DatabaseShellFacts(
        IDbContextFactory<PioneerDbContext> databases, IConfiguration configuration, RecoveryStatusReader status, IServiceProvider services, LiveChanges live,
        AccountNotices notices, CurrentActor me)
    {
        (_notices, _me) = (notices, me);
        _databases = databases;
        _configuration = configuration;
        _status = status;
        _embedded = services.GetService<EmbeddedPlatform>()?.Endpoints.KafkaSasl is not null;
        _subscription = live.Subscribe(
            LiveTopic.Tenants | LiveTopic.Subscriptions | LiveTopic.Operations | LiveTopic.Seeding | LiveTopic.Recovery | LiveTopic.Audit, _ => RaiseChanged());
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

    public override Task<int> NoticesAsync() => _notices.NewAsync(_me.Actor, CancellationToken.None);

    public override async Task<VerdictLine?> VerdictAsync()
    {
        var status = await _status.ReadAsync(CancellationToken.None);
        var shortest = status.Tenants.Where(t => t.Horizon.Kind == LossHorizonKind.Running).Min(t => t.Horizon.Left);
        return status.Level switch
        {
            _ when status.LookedAt is null => new(Tone.Plain, "Not observed yet"),
            StatusLevel.Fine => new(Tone.Ok, shortest is { } left ? $"Nothing lost · horizon {Durations.Words(left)}" : "Nothing lost"),
            StatusLevel.Paused => new(Tone.Note, "Paused on purpose · nothing lost"),
            StatusLevel.Degraded => new(Tone.Warn, "Degraded · nothing lost"),
            StatusLevel.NotObserved => new(Tone.Note, "Not all observed"),
            StatusLevel.AtRisk => new(Tone.Warn, status.Sentence),
            _ => new(Tone.Bad, status.Sentence),
        };
    }

    public void Dispose() => _subscription.Dispose();
}
