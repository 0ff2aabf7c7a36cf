using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Delivery;

/// <summary>
/// Revokes what has expired: the row becomes <see cref="CredentialState.Revoking"/> and one operation for each tenant takes rights and user away. Plans do
/// not wait for it: an expired credential is not wanted from its last moment on. Two at once: one loses the race for a row and leaves it to the other.
/// </summary>
public sealed class ExpireCredentials(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Stands where the name of a person would who revoked.</summary>
    public const string RevokedBy = "its expiry date";

    /// <summary>The number of credentials whose time is over since the last call. Needs a scope that sees every tenant.</summary>
    public async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = work.Now;
        var expired = await db.Credentials
            .Where(row => row.ExpiresAt <= now && (row.State == CredentialState.Pending || row.State == CredentialState.Active))
            .ToListAsync(cancellationToken);
        var done = 0;
        foreach (var ofTenant in expired.GroupBy(row => row.TenantId))
        {
            done += await RevokeAsync(ofTenant.Key, [.. ofTenant.Select(row => row.Id)], cancellationToken);
        }

        return done;
    }

    private async Task<int> RevokeAsync(TenantId id, List<CredentialId> expired, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenant = await db.Tenants.SingleAsync(row => row.Id == id, cancellationToken);
        var credentials = await db.Credentials.Where(row => expired.Contains(row.Id)).ToListAsync(cancellationToken);
        var operation = work.Request(
            db, Actor.System, OperationKind.ReconcileTenant, tenant.Id, tenant.Slug.Value, OperationScope.Target(credentials.Select(credential => credential.Principal)));
        foreach (var credential in credentials)
        {
            work.Audit(
                db, Actor.System, "CredentialExpired", new AuditSubject("credential", credential.Principal, tenant.Id), new { credential.State },
                new { credential.ExpiresAt }, operation);
            credential.State = CredentialState.Revoking;
            credential.RevokedAt = work.Now;
            credential.RevokedBy = RevokedBy;
        }

        return (await work.SaveAsync(db, operation, cancellationToken)).IsSuccess ? credentials.Count : 0;
    }
}
