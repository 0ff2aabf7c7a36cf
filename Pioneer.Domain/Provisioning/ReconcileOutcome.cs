using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// Writes down what a comparison found. Each thing of which nothing is left has arrived (<see cref="ArrivedThings"/>): the tenant is active (or gone),
/// credentials are usable and their passwords forgotten, subscriptions run, deleted things are deleted. Idempotent.
/// </summary>
public sealed class ReconcileOutcome(IDbContextFactory<PioneerDbContext> contexts)
{
    /// <summary>
    /// Records the plan that was found after applying. A row that changed meanwhile is left for the reconcile which that change asked for:
    /// only what was wanted at <paramref name="plannedAt"/> counts as arrived.
    /// </summary>
    public Task RecordAsync(TenantSlug slug, Plan plan, DateTimeOffset plannedAt, CancellationToken cancellationToken) =>
        RecordAsync(new Dictionary<TenantSlug, Plan> { [slug] = plan }, plannedAt, cancellationToken);

    /// <summary>
    /// The same for the plans of several tenants that were made from one look at the platform, which began at <paramref name="plannedAt"/>. What each of them
    /// costs is one part of one update where nothing changed, and a tenant that was compared with a newer look keeps what that found.
    /// </summary>
    public async Task RecordAsync(IReadOnlyDictionary<TenantSlug, Plan> plans, DateTimeOffset plannedAt, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var slugs = plans.Keys.ToList();
        var tenants = await db.Tenants.Where(row => slugs.Contains(row.Slug)).ToListAsync(cancellationToken);
        var ids = tenants.ConvertAll(tenant => tenant.Id);
        var moving = await MovingThings.LoadAsync(db, ids, cancellationToken);
        foreach (var tenant in tenants)
        {
            Settle(tenant, plans[tenant.Slug], moving, plannedAt);
        }

        await moving.ForgetSecretsAsync(db, cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody changed wanted state while it was compared; that change brings its own operation, which records the outcome again.
            foreach (var (slug, plan) in plans.Where(_ => plans.Count > 1))
            {
                await RecordAsync(slug, plan, plannedAt, cancellationToken);
            }

            return;
        }

        // count and time together, and only over an older look's: the rows above may be older than what another comparison has written since
        foreach (var alike in tenants.GroupBy(tenant => DifferencesIn(plans[tenant.Slug]), tenant => tenant.Id))
        {
            var (count, those) = (alike.Key, alike.ToList());
            await db.Tenants.Where(row => those.Contains(row.Id) && (row.DriftCheckedAt == null || row.DriftCheckedAt <= plannedAt))
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.DriftCount, count).SetProperty(row => row.DriftCheckedAt, plannedAt), cancellationToken);
        }
    }

    private static int DifferencesIn(Plan plan) => plan.Changes.Length + plan.Blocked.Length;

    private static void Settle(Tenant tenant, Plan plan, MovingThings moving, DateTimeOffset plannedAt)
    {
        var arrived = new ArrivedThings(tenant.Slug, plan);
        var isNewest = !(tenant.DriftCheckedAt > plannedAt);
        tenant.State = tenant.State switch
        {
            TenantState.Provisioning when arrived.Contains(TenantThing.Ground) => TenantState.Active,
            // a plan from before it left wanted everything that is still there
            TenantState.Offboarding when plan.IsOffboarding && arrived.All && isNewest => TenantState.Deleted,
            var state => state,
        };
        moving.Settle(tenant.Id, arrived, plannedAt);
    }
}
