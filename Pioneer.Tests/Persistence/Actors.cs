using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;

namespace Pioneer.Tests.Persistence;

/// <summary>People who ask.</summary>
public static class Actors
{
    public static readonly Actor Admin = new(
        "u-admin", "Ada Admin", ActorKind.User, PlatformRole.Admin, ImmutableDictionary<TenantId, TenantRole>.Empty);

    public static readonly Actor Operator = Admin with { Id = "u-operator", Name = "Otto Operator", PlatformRole = PlatformRole.Operator };

    public static Actor Member(TenantRole role, params TenantId[] tenants) => new(
        $"u-{role}", $"{role} of {tenants.Length}", ActorKind.User, PlatformRole.None, tenants.ToImmutableDictionary(id => id, _ => role));
}
