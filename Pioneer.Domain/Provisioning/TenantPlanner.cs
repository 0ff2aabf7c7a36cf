using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Reads observed and wanted state and plans: the same way for preview, apply, drift and repair.</summary>
public sealed class TenantPlanner(IObservedStateReader reader, DesiredStateBuilder builder, ProtectionSettings protection)
{
    /// <summary>The plan of one tenant as the database has it. Fails where a part of the platform cannot be read, naming it.</summary>
    public async Task<Result<Plan>> PlanAsync(TenantSlug tenant, CancellationToken cancellationToken)
    {
        var observed = await reader.ReadAsync(tenant, cancellationToken);
        if (observed.IsFailure)
        {
            return observed.Error;
        }

        var wanted = await protection.WantedAsync(observed.Value, cancellationToken);
        var desired = await builder.BuildAsync(tenant, wanted, cancellationToken);
        return desired is null ? TenantErrors.NotFound(tenant.Value) : ProvisioningPlanner.Plan(desired, observed.Value);
    }

    /// <summary>The plan that there would be, were the tenant's rows as given: what a wizard shows before anything is saved.</summary>
    public async Task<Result<Plan>> PlanAsync(WantedTenant wanted, CancellationToken cancellationToken)
    {
        var observed = await reader.ReadAsync(wanted.Tenant.Slug, cancellationToken);
        return observed.IsFailure
            ? observed.Error
            : ProvisioningPlanner.Plan(builder.Describe(wanted, await protection.WantedAsync(observed.Value, cancellationToken)), observed.Value);
    }
}
