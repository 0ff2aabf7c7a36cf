using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Tenants;

/// <summary>Says how much of the brokers a tenant may take; the operation that follows sets the quotas of its principals.</summary>
public sealed class SetTenantLimits(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work)
{
    /// <summary>Replaces all limits; <paramref name="revision"/> is the one the person saw.</summary>
    public async Task<Result<OperationId>> ExecuteAsync(
        Actor actor, string slug, TenantLimits limits, long? revision, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Provision, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        if (limits.Check() is { } wrong)
        {
            return wrong;
        }

        var tenant = found.Value;
        WorkRecorder.Expect(db, tenant, revision);
        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, tenant.Id, slug, OperationScope.TargetOfQuotas);
        work.Audit(db, actor, "TenantLimitsSet", AuditSubject.Of(tenant), tenant.Limits, limits, operation);
        tenant.Limits = limits;
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }
}
