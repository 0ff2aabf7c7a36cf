using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Tenants;

/// <summary>Finds a tenant by slug and asks <see cref="TenantAuthorisation"/>: the first step of every tenant-scoped command and query.</summary>
public static class TenantLookup
{
    /// <summary>The tracked tenant, or 'not found' (also where the actor may not know of it) or 'not allowed'.</summary>
    public static async Task<Result<Tenant>> FindTenantAsync(
        this PioneerDbContext db, Actor actor, string slug, TenantPermission permission, CancellationToken cancellationToken)
    {
        var parsed = TenantSlug.Create(slug);
        if (parsed.IsFailure)
        {
            return TenantErrors.NotFound(slug);
        }

        var tenant = await db.Tenants.SingleOrDefaultAsync(row => row.Slug == parsed.Value, cancellationToken);
        if (tenant is null)
        {
            return TenantErrors.NotFound(slug);
        }

        var allowed = TenantAuthorisation.Require(actor, tenant, permission);
        return allowed.IsFailure ? allowed.Error : tenant;
    }

    /// <summary>The same, and the tenant must be one that work can be done for.</summary>
    public static async Task<Result<Tenant>> FindActiveTenantAsync(
        this PioneerDbContext db, Actor actor, string slug, TenantPermission permission, CancellationToken cancellationToken)
    {
        var tenant = await db.FindTenantAsync(actor, slug, permission, cancellationToken);
        return tenant.IsSuccess && tenant.Value.State is not (TenantState.Active or TenantState.Provisioning)
            ? TenantErrors.NotActive(tenant.Value.Slug, tenant.Value.State)
            : tenant;
    }
}
