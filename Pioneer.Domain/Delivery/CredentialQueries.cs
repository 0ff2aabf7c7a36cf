using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Delivery;

/// <summary>A credential in a list; there is no password to show.</summary>
public sealed record CredentialRow(
    CredentialId Id, string Name, string Principal, string Mechanism, CredentialState State, string Fingerprint, CredentialId? Replaces,
    DateTimeOffset IssuedAt, string IssuedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, string? RevokedBy);

/// <summary>The credentials of a tenant.</summary>
public sealed class CredentialQueries(IDbContextFactory<PioneerDbContext> contexts)
{
    public async Task<Result<IReadOnlyList<CredentialRow>>> ListAsync(Actor actor, string slug, Window window, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var tenant = found.Value.Id;
        return await db.Credentials.AsNoTracking().Where(row => row.TenantId == tenant).OrderByDescending(row => row.IssuedAt).ThenBy(row => row.Id)
            .Skip(window.Skip).Take(window.Take)
            .Select(row => new CredentialRow(
                row.Id, row.Name, row.Principal, row.Mechanism, row.State, row.Fingerprint, row.Replaces, row.IssuedAt, row.IssuedBy, row.ExpiresAt,
                row.RevokedAt, row.RevokedBy))
            .ToListAsync(cancellationToken);
    }
}
