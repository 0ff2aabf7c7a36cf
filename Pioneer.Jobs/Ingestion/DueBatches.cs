using Hangfire;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Ingestion;

/// <summary>
/// Once a day runs the batch of every granted batch feed that was neither granted nor run within the last day, so that rows which are gone from a table do not live on in
/// its topic until somebody thinks of it. Paused connectors stay paused.
/// </summary>
[AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
[DisableConcurrentExecution(timeoutInSeconds: 1)]
public sealed class DueBatches(
    IDbContextFactory<PioneerDbContext> database, AmbientTenantScope scope, ControlConnectors control, TimeProvider time, ILogger<DueBatches> logger)
{
    /// <summary>A feed is due when its last batch was asked for longer ago.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(FeedConnector.BatchPollIntervalMs);

    public async Task RunAsync(CancellationToken ct)
    {
        scope.Use(TenantScope.All);
        foreach (var (tenant, feed) in await FindAsync(ct))
        {
            var asked = await control.RunBatchAsync(Actor.System, tenant.Value, feed, deletesMost: false, ct);
            if (asked.IsFailure)
            {
                IngestionLog.BatchNotAsked(logger, TopicNames.Feed(tenant, feed), asked.Error.Message);
            }
        }
    }

    private async Task<List<(TenantSlug Tenant, string Feed)>> FindAsync(CancellationToken ct)
    {
        var since = time.GetUtcNow() - Every;
        await using var db = await database.CreateDbContextAsync(ct);
        var granted = await (from entitlement in db.Entitlements.AsNoTracking()
                             join feed in db.Feeds on entitlement.FeedId equals feed.Id
                             join tenant in db.Tenants on entitlement.TenantId equals tenant.Id
                             where entitlement.State == EntitlementState.Granted && !entitlement.Paused && entitlement.GrantedAt < since
                                 && feed.Kind == FeedKind.State && tenant.State == TenantState.Active
                             orderby tenant.Slug, feed.Name
                             select new { tenant.Slug, feed.Name }).ToListAsync(ct);
        var run = await db.Operations.AsNoTracking().Where(row => row.Kind == OperationKind.RunBatch && row.RequestedAt >= since)
            .Select(row => row.Subject).ToListAsync(ct);
        var recent = run.ToHashSet(StringComparer.Ordinal);
        return [.. granted.Where(row => !recent.Contains(TopicNames.Feed(row.Slug, row.Name))).Select(row => (row.Slug, row.Name))];
    }
}
