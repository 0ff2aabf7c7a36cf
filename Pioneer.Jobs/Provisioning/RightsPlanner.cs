using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Plans users and rules alone, from what the brokers say and nothing else: ksqlDB and Connect may still be down.</summary>
public sealed class RightsPlanner(DesiredStateBuilder wanted, BrokerRights rights)
{
    /// <summary>Tenants some of whose users or rules the brokers do not know, in two requests however many tenants there are.</summary>
    public async Task<ImmutableArray<Tenant>> TenantsThatLackAnyAsync(CancellationToken ct)
    {
        var platform = new ObservedPlatform(await rights.ReadAsync(null, ct), ImmutableDictionary<string, Error>.Empty);
        return [.. (await wanted.LoadAllAsync(ct)).Where(row => !Lost(row, platform.For(row.Tenant.Slug).Value).InSync).Select(row => row.Tenant)];
    }

    /// <summary>What one tenant lacks: changes that make it, users before rules, and as blocked the users whose passwords are not kept.</summary>
    public async Task<Plan> LostAsync(TenantSlug tenant, CancellationToken ct) =>
        await wanted.LoadAsync(tenant, ct) is { } row ? Lost(row, await rights.ReadAsync(tenant, ct)) : Plan.Empty;

    private Plan Lost(WantedTenant row, ObservedState observed)
    {
        // rights are the same however well records are kept
        var plan = ProvisioningPlanner.PlanRights(wanted.Describe(row, WantedProtection.For(1)), observed);
        return plan with { Changes = [.. plan.Changes.Where(change => change.Kind is ChangeKind.Create)] };
    }
}
