using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Delivery;

/// <summary>One credential as lists show it; the password is nowhere.</summary>
public sealed record CredentialLine(
    CredentialId Id, string Name, string Principal, string Mechanism, CredentialState State, string Fingerprint, DateTimeOffset IssuedAt, string IssuedBy, DateTimeOffset? ExpiresAt);

/// <summary>Reads credentials within the tenant scope of the circuit.</summary>
public sealed class CredentialViews(IDbContextFactory<PioneerDbContext> databases)
{
    /// <summary>The living ones, newest first.</summary>
    public async Task<IReadOnlyList<CredentialLine>> ListAsync(string slug, CancellationToken cancellationToken)
    {
        if (TenantSlug.Create(slug) is not { IsSuccess: true, Value: var wanted })
        {
            return [];
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Credentials.AsNoTracking()
            .Where(c => c.State != CredentialState.Revoked && database.Tenants.Any(t => t.Id == c.TenantId && t.Slug == wanted))
            .OrderByDescending(c => c.IssuedAt)
            .Select(c => new CredentialLine(c.Id, c.Name, c.Principal, c.Mechanism, c.State, c.Fingerprint, c.IssuedAt, c.IssuedBy, c.ExpiresAt))
            .ToListAsync(cancellationToken);
    }
}
