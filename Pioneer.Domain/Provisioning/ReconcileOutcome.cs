using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// Writes down what a comparison found. Each thing of which nothing is left has arrived (<see cref="ArrivedThings"/>): the tenant is active (or gone),
/// credentials are usable and their passwords forgotten, subscriptions run, deleted things are deleted. Idempotent.
/// </summary>
public sealed class ReconcileOutcome(IDbContextFactory<PioneerDbContext> contexts, TimeProvider clock)
{
    /// <summary>
    /// Records the plan that was found after applying. A row that changed meanwhile is left for the reconcile which that change asked for:
    /// only what was wanted at <paramref name="plannedAt"/> counts as arrived.
    /// </summary>
    public async Task RecordAsync(TenantSlug slug, Plan plan, DateTimeOffset plannedAt, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenant = await db.Tenants.SingleAsync(row => row.Slug == slug, cancellationToken);
        tenant.DriftCount = plan.Changes.Length + plan.Blocked.Length;
        tenant.DriftCheckedAt = clock.GetUtcNow();
        await SettleAsync(db, tenant, new ArrivedThings(slug, plan), plannedAt, cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody changed wanted state while it was compared; that change brings its own operation, which records the outcome again.
        }
    }

    private static async Task SettleAsync(
        PioneerDbContext db, Tenant tenant, ArrivedThings arrived, DateTimeOffset plannedAt, CancellationToken cancellationToken)
    {
        tenant.State = tenant.State switch
        {
            TenantState.Provisioning when arrived.Contains(TenantThing.Ground) => TenantState.Active,
            TenantState.Offboarding when arrived.All => TenantState.Deleted,
            var state => state,
        };
        await SettleCredentialsAsync(db, tenant, arrived, plannedAt, cancellationToken);
        await SettleSubscriptionsAsync(db, tenant, arrived, plannedAt, cancellationToken);
    }

    private static async Task SettleCredentialsAsync(
        PioneerDbContext db, Tenant tenant, ArrivedThings arrived, DateTimeOffset plannedAt, CancellationToken cancellationToken)
    {
        var moving = await db.Credentials
            .Where(row => row.TenantId == tenant.Id && (row.State == CredentialState.Pending || row.State == CredentialState.Revoking))
            .ToListAsync(cancellationToken);
        foreach (var credential in moving.Where(row => arrived.Contains(TenantThing.Credential(row.Name))))
        {
            if (credential.State is CredentialState.Pending && credential.IssuedAt > plannedAt)
            {
                continue;
            }

            if (credential.State is CredentialState.Revoking && credential.RevokedAt > plannedAt)
            {
                continue;
            }

            credential.State = credential.State is CredentialState.Pending ? CredentialState.Active : CredentialState.Revoked;
            if (credential.PendingSecret is { } secret)
            {
                db.Secrets.RemoveRange(await db.Secrets.Where(row => row.Name == secret).ToListAsync(cancellationToken));
                credential.PendingSecret = null;
            }
        }
    }

    private static async Task SettleSubscriptionsAsync(
        PioneerDbContext db, Tenant tenant, ArrivedThings arrived, DateTimeOffset plannedAt, CancellationToken cancellationToken)
    {
        var moving = await db.Subscriptions.Include(row => row.Versions)
            .Where(row => row.TenantId == tenant.Id
                && (row.State == SubscriptionState.Deploying || row.State == SubscriptionState.Deleting || row.State == SubscriptionState.Failed))
            .ToListAsync(cancellationToken);
        foreach (var subscription in moving.Where(row => arrived.Contains(TenantThing.Stream(row.Name))))
        {
            var version = subscription.Versions.Single(row => row.Number == subscription.CurrentVersion);
            if (version.CreatedAt > plannedAt || subscription.ChangedAt > plannedAt)
            {
                continue;
            }

            subscription.Error = null;
            if (subscription.State is SubscriptionState.Deleting)
            {
                subscription.State = SubscriptionState.Deleted;
                continue;
            }

            subscription.State = SubscriptionState.Running;
            version.DeployedAt ??= plannedAt;
        }
    }
}
