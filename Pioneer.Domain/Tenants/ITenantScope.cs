using System.Collections.Immutable;

namespace Pioneer.Domain.Tenants;

/// <summary>Which tenants' rows the current circuit, request or job may see. It drives the global query filters of the DbContext.</summary>
public interface ITenantScope
{
    TenantScope Current { get; }
}

/// <summary>All tenants, or exactly these.</summary>
public sealed record TenantScope(bool IsAll, ImmutableHashSet<TenantId> Tenants)
{
    public static readonly TenantScope All = new(true, []);

    public static readonly TenantScope Nothing = new(false, []);

    public static TenantScope Of(params IEnumerable<TenantId> tenants) => new(false, [.. tenants]);

    public bool Includes(TenantId tenant) => IsAll || Tenants.Contains(tenant);
}

/// <summary>
/// The scope of one circuit, request or job: registered per DI scope, sees nothing until <see cref="Use(TenantScope)"/> says what, so that a
/// forgotten call shows an empty page and never another tenant's data.
/// </summary>
public sealed class AmbientTenantScope : ITenantScope
{
    public TenantScope Current { get; private set; } = TenantScope.Nothing;

    public void Use(TenantScope scope) => Current = scope;

    public void Use(Actor actor) => Current = actor.Scope;
}

/// <summary>A fixed scope: <see cref="All"/> for jobs, one tenant for tests.</summary>
public sealed class FixedTenantScope(TenantScope scope) : ITenantScope
{
    public static readonly FixedTenantScope All = new(TenantScope.All);

    public TenantScope Current { get; } = scope;
}
