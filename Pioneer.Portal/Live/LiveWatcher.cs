using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Live;

/// <summary>
/// The one look at the database that all open pages share. It also sees what a worker host in another process did. Every 400 ms while a page
/// is open, once otherwise, to have something to compare with: counts and revision sums of the tables that pages show; a changed pair is a notice.
/// </summary>
public sealed class LiveWatcher(
    IServiceScopeFactory scopes, LiveChanges changes, TimeProvider time, ILogger<LiveWatcher> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);

    private Dictionary<LiveTopic, (long Count, long Revisions)> _seen = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // what changes between the first page's first look and this one's would else be told to nobody
                if (changes.HasListeners || _seen.Count == 0)
                {
                    await LookAsync(stoppingToken);
                }

                await Task.Delay(Interval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LiveLog.LookFailed(log, e);
                await Task.Delay(AfterFault, time, stoppingToken);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        var factory = scope.ServiceProvider.GetRequiredService<IDbContextFactory<PioneerDbContext>>();
        await using var database = await factory.CreateDbContextAsync(cancellationToken);
        var now = new Dictionary<LiveTopic, (long, long)>
        {
            [LiveTopic.Tenants] = await PairAsync(database.Tenants.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken),
            [LiveTopic.Ingestion] = await PairAsync(database.Entitlements.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken),
            [LiveTopic.Operations] = await PairAsync(database.Operations.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken),
            [LiveTopic.Subscriptions] = await PairAsync(database.Subscriptions.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken),
            [LiveTopic.Credentials] = await PairAsync(database.Credentials.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken),
            [LiveTopic.Seeding] = await PairAsync(database.SeedRuns.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken),
            [LiveTopic.Recovery] = await RecoveryAsync(database, cancellationToken),
            [LiveTopic.Audit] = (await database.AuditEntries.MaxAsync(a => (long?)a.Id, cancellationToken) ?? 0, 0),
        };
        var changed = now.Where(pair => _seen.TryGetValue(pair.Key, out var before) && before != pair.Value).Aggregate(LiveTopic.None, (all, pair) => all | pair.Key);
        _seen = now;
        if (changed != LiveTopic.None)
        {
            changes.Publish(changed);
        }
    }

    private static async Task<(long, long)> RecoveryAsync(PioneerDbContext database, CancellationToken cancellationToken)
    {
        var runs = await PairAsync(database.PlaybookRuns.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken);
        var incidents = await PairAsync(database.Incidents.GroupBy(_ => 1).Select(g => new Pair(g.Count(), g.Sum(x => x.Revision))), cancellationToken);
        var evidence = await database.Evidence.MaxAsync(e => (long?)e.Id, cancellationToken) ?? 0;
        return (runs.Count + incidents.Count + evidence, runs.Revisions + incidents.Revisions);
    }

    private static async Task<(long Count, long Revisions)> PairAsync(IQueryable<Pair> query, CancellationToken cancellationToken) =>
        await query.FirstOrDefaultAsync(cancellationToken) is { } pair ? (pair.Count, pair.Revisions) : (0, 0);

    private sealed record Pair(long Count, long Revisions);
}
