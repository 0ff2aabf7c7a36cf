using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Subscriptions;

namespace Pioneer.Domain.Provisioning;

/// <summary>Credentials and subscriptions of several tenants that are on their way to what is wanted, and what becomes of those that have arrived.</summary>
internal sealed class MovingThings
{
    private readonly ILookup<TenantId, Credential> _credentials;
    private readonly ILookup<TenantId, Subscription> _subscriptions;
    private readonly List<string> _forgotten = [];

    private MovingThings(IEnumerable<Credential> credentials, IEnumerable<Subscription> subscriptions)
    {
        _credentials = credentials.ToLookup(row => row.TenantId);
        _subscriptions = subscriptions.ToLookup(row => row.TenantId);
    }

    /// <summary>Tracked by the context: what is settled is saved with it.</summary>
    public static async Task<MovingThings> LoadAsync(PioneerDbContext db, IReadOnlyCollection<TenantId> tenants, CancellationToken ct)
    {
        var credentials = await db.Credentials
            .Where(row => tenants.Contains(row.TenantId) && (row.State == CredentialState.Pending || row.State == CredentialState.Revoking))
            .ToListAsync(ct);
        var subscriptions = await db.Subscriptions.Include(row => row.Versions)
            .Where(row => tenants.Contains(row.TenantId)
                && (row.State == SubscriptionState.Deploying || row.State == SubscriptionState.Deleting || row.State == SubscriptionState.Failed))
            .ToListAsync(ct);
        return new MovingThings(credentials, subscriptions);
    }

    public void Settle(TenantId tenant, ArrivedThings arrived, DateTimeOffset plannedAt)
    {
        foreach (var credential in _credentials[tenant].Where(row => arrived.Contains(TenantThing.Credential(row.Name))))
        {
            Settle(credential, plannedAt);
        }

        foreach (var subscription in _subscriptions[tenant].Where(row => arrived.Contains(TenantThing.Stream(row.Name))))
        {
            Settle(subscription, plannedAt);
        }
    }

    /// <summary>Removes the passwords of what was settled, which nobody needs any more.</summary>
    public async Task ForgetSecretsAsync(PioneerDbContext db, CancellationToken ct)
    {
        if (_forgotten.Count > 0)
        {
            db.Secrets.RemoveRange(await db.Secrets.Where(row => _forgotten.Contains(row.Name)).ToListAsync(ct));
        }
    }

    private void Settle(Credential credential, DateTimeOffset plannedAt)
    {
        if (credential.State is CredentialState.Pending && credential.IssuedAt > plannedAt)
        {
            return;
        }

        if (credential.State is CredentialState.Revoking && credential.RevokedAt > plannedAt)
        {
            return;
        }

        credential.State = credential.State is CredentialState.Pending ? CredentialState.Active : CredentialState.Revoked;
        if (credential.PendingSecret is { } secret)
        {
            _forgotten.Add(secret);
            credential.PendingSecret = null;
        }
    }

    private static void Settle(Subscription subscription, DateTimeOffset plannedAt)
    {
        var version = subscription.Versions.Find(row => row.Number == subscription.CurrentVersion);
        if (version is null || version.CreatedAt > plannedAt || subscription.ChangedAt > plannedAt)
        {
            return;
        }

        subscription.Error = null;
        if (subscription.State is SubscriptionState.Deleting)
        {
            subscription.State = SubscriptionState.Deleted;
            return;
        }

        subscription.State = SubscriptionState.Running;
        version.DeployedAt ??= plannedAt;
    }
}
