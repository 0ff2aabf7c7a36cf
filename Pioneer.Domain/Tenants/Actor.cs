using System.Collections.Immutable;

namespace Pioneer.Domain.Tenants;

/// <summary>Who asks: a person, an API token or the platform itself, with what it may. Every command takes one and the audit names it.</summary>
/// <param name="Id">User id, token id or <c>system</c>.</param>
/// <param name="Name">For people to read.</param>
public sealed record Actor(
    string Id, string Name, ActorKind Kind, PlatformRole PlatformRole, ImmutableDictionary<TenantId, TenantRole> Memberships)
{
    /// <summary>Jobs and the scheduler.</summary>
    public static readonly Actor System =
        new("system", "Pioneer", ActorKind.System, PlatformRole.Admin, ImmutableDictionary<TenantId, TenantRole>.Empty);

    /// <summary>A platform person who looks at one tenant as its members do: read-only, told by a banner and audited.</summary>
    public TenantId? ViewingAs { get; init; }

    public TenantScope Scope => ViewingAs is { } viewed ? TenantScope.Of(viewed)
        : PlatformRole is PlatformRole.None ? TenantScope.Of(Memberships.Keys)
        : TenantScope.All;
}

public enum ActorKind
{
    User,
    ApiToken,
    System,
}
