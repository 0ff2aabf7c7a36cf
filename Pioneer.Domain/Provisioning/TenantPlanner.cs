using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Reads observed and wanted state and plans: the same way for preview, apply, drift and repair.</summary>
public sealed class TenantPlanner(IObservedStateReader reader, DesiredStateBuilder builder, ProtectionSettings protection)
{
    /// <summary>The plan of one tenant as the database has it. Fails where a part of the platform cannot be read, naming it.</summary>
    public async Task<Result<Plan>> PlanAsync(TenantSlug tenant, CancellationToken cancellationToken) =>
        (await PlanAsync([(tenant, await reader.ReadAsync(tenant, cancellationToken))], cancellationToken))[0].Plan;

    /// <summary>
    /// The plans of several tenants from one look at the platform, in their order and in a constant number of queries. Each fails by itself: a server of one
    /// tenant's own that is down is no reason not to plan the others.
    /// </summary>
    public Task<ImmutableArray<PlannedTenant>> PlanAsync(
        IReadOnlyCollection<TenantSlug> tenants, ObservedPlatform platform, CancellationToken cancellationToken) =>
        PlanAsync([.. tenants.Select(tenant => (tenant, platform.For(tenant)))], cancellationToken);

    /// <summary>The plan that there would be, were the tenant's rows as given: what a wizard shows before anything is saved.</summary>
    public async Task<Result<Plan>> PlanAsync(WantedTenant wanted, CancellationToken cancellationToken)
    {
        var observed = await reader.ReadAsync(wanted.Tenant.Slug, cancellationToken);
        return observed.IsFailure
            ? observed.Error
            : ProvisioningPlanner.Plan(builder.Describe(wanted, await protection.WantedAsync(observed.Value, cancellationToken)), observed.Value);
    }

    private async Task<ImmutableArray<PlannedTenant>> PlanAsync(
        ImmutableArray<(TenantSlug Tenant, Result<ObservedState> Observed)> seen, CancellationToken cancellationToken)
    {
        var read = seen.Where(one => one.Observed.IsSuccess).ToDictionary(one => one.Tenant, one => one.Observed.Value);
        if (read.Count == 0)
        {
            return [.. seen.Select(one => new PlannedTenant(one.Tenant, one.Observed.Error!))];
        }

        // of these tenants' topics only, as if each had been looked at alone: they count as proof of brokers
        var together = read.Values.First() with { Topics = [.. read.Values.SelectMany(state => state.Topics)] };
        var protectedBy = await protection.WantedAsync(together, cancellationToken);
        var wanted = (await builder.LoadAsync(read.Keys, cancellationToken)).ToDictionary(row => row.Tenant.Slug);
        return [.. seen.Select(one => new PlannedTenant(one.Tenant, one.Observed.IsFailure ? one.Observed.Error : Plan(one.Tenant)))];

        Result<Plan> Plan(TenantSlug tenant)
        {
            try
            {
                return wanted.TryGetValue(tenant, out var row)
                    ? ProvisioningPlanner.Plan(builder.Describe(row, protectedBy), read[tenant])
                    : TenantErrors.NotFound(tenant.Value);
            }
            catch (InvalidOperationException broken) when (seen.Length > 1)
            {
                return new Error("TenantRowsBroken", $"The rows of tenant '{tenant}' do not fit together: {broken.Message}");
            }
        }
    }
}

/// <summary>A tenant with its plan, or why there is none.</summary>
public sealed record PlannedTenant(TenantSlug Tenant, Result<Plan> Plan);
