using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;

namespace Pioneer.Domain.Tenants;

/// <summary>The figures of the overview that the database knows, within what the actor sees.</summary>
public sealed record Overview(
    int Tenants, int ActiveTenants, int DriftedTenants, int SuspendedTenants, int Sources, int Feeds, int Entitlements, int PausedConnectors,
    int Subscriptions, int RunningSubscriptions, int FailedSubscriptions, int ActiveSeedRuns, int RunningOperations, int FailedOperationsToday, int OpenIncidents);

/// <summary>Counts for the overview, in a handful of grouped queries.</summary>
public sealed class OverviewQuery(IDbContextFactory<PioneerDbContext> contexts, TimeProvider clock)
{
    private static readonly SeedRunState[] EndedRuns = [SeedRunState.Done, SeedRunState.Failed, SeedRunState.Cancelled];

    public async Task<Overview> GetAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenants = await db.Tenants.AsNoTracking().Visible(actor).Where(row => row.State != TenantState.Deleted)
            .GroupBy(row => row.State).Select(group => new { State = group.Key, Count = group.Count(), Drifted = group.Count(row => row.DriftCount > 0) })
            .ToListAsync(cancellationToken);
        var subscriptions = await db.Subscriptions.AsNoTracking().Visible(actor, row => row.TenantId).Where(row => row.State != SubscriptionState.Deleted)
            .GroupBy(row => row.State).Select(group => new { State = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        var entitlements = await db.Entitlements.AsNoTracking().Visible(actor, row => row.TenantId).Where(row => row.State == EntitlementState.Granted)
            .GroupBy(row => row.Paused).Select(group => new { Paused = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        var dayAgo = clock.GetUtcNow().AddDays(-1);
        var operations = db.Operations.AsNoTracking().Visible(actor, row => row.TenantId);
        var all = actor.Scope.IsAll;
        return new Overview(
            tenants.Sum(row => row.Count),
            tenants.Where(row => row.State is TenantState.Active).Sum(row => row.Count),
            tenants.Sum(row => row.Drifted),
            tenants.Where(row => row.State is TenantState.Suspended).Sum(row => row.Count),
            all ? await db.Sources.CountAsync(cancellationToken) : 0,
            all ? await db.Feeds.CountAsync(cancellationToken) : 0,
            entitlements.Sum(row => row.Count),
            entitlements.Where(row => row.Paused).Sum(row => row.Count),
            subscriptions.Sum(row => row.Count),
            subscriptions.Where(row => row.State is SubscriptionState.Running).Sum(row => row.Count),
            subscriptions.Where(row => row.State is SubscriptionState.Failed).Sum(row => row.Count),
            await db.SeedRuns.Visible(actor, row => row.TenantId).CountAsync(row => !EndedRuns.Contains(row.State), cancellationToken),
            await operations.CountAsync(row => row.State == OperationState.Running || row.State == OperationState.Queued, cancellationToken),
            await operations.CountAsync(row => row.State == OperationState.Failed && row.FinishedAt > dayAgo, cancellationToken),
            await OpenIncidentsAsync(db, actor, cancellationToken));
    }

    private static Task<int> OpenIncidentsAsync(PioneerDbContext db, Actor actor, CancellationToken cancellationToken)
    {
        var open = db.Incidents.Where(row => row.State != IncidentState.Closed);
        if (!actor.Scope.IsAll)
        {
            var mine = db.IncidentTenants.Visible(actor, row => row.TenantId).Select(row => row.IncidentId);
            open = open.Where(row => mine.Contains(row.Id));
        }

        return open.CountAsync(cancellationToken);
    }
}
