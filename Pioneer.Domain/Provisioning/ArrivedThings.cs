using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Which of a tenant's things a plan finds as they are wanted, each by itself: what is broken keeps no other from having arrived.</summary>
public sealed class ArrivedThings
{
    private readonly HashSet<TenantThing> _underWay;

    public ArrivedThings(TenantSlug tenant, Plan plan) => _underWay =
    [
        .. plan.Changes.Where(change => change is not { NeedsConfirmation: true, Kind: not ChangeKind.Create }).Select(change => TenantThing.Of(tenant, change)),
        .. plan.Blocked.Where(blocked => blocked.Kind is BlockKind.Withheld).Select(blocked => TenantThing.Of(tenant, blocked)),
    ];

    /// <summary>Nothing about it is left but what waits for a confirmation, or differs in a way that is shown.</summary>
    public bool Contains(TenantThing thing) => !_underWay.Contains(thing);

    /// <summary>The ground and everything on it.</summary>
    public bool All => _underWay.Count == 0;
}
