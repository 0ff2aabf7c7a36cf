using System.Security.Claims;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>How claims of the issuer become rights; section <c>Authentication:Entra:Mapping</c>.</summary>
public sealed class EntraMappingOptions
{
    /// <summary>Values of the <c>roles</c> claim that make a platform admin.</summary>
    public IList<string> PlatformAdminRoles { get; } = ["Pioneer.PlatformAdmin"];

    /// <summary>Values of the <c>roles</c> claim that make an operator.</summary>
    public IList<string> OperatorRoles { get; } = ["Pioneer.Operator"];

    /// <summary>Claims such as a group id that stand for a role in a tenant.</summary>
    public IList<TenantClaimRule> Tenants { get; } = [];
}

/// <summary>One rule: who has this claim with this value has this role in this tenant.</summary>
public sealed record TenantClaimRule
{
    public string ClaimType { get; init; } = "groups";

    public string Value { get; init; } = "";

    public string Slug { get; init; } = "";

    public TenantRole Role { get; init; } = TenantRole.Viewer;
}

/// <summary>Maps app roles and claims to Pioneer's own. A role for a tenant that does not exist gives nothing.</summary>
/// <remarks>App roles of the form <c>Tenant.&lt;slug&gt;.&lt;Viewer|Author|Admin&gt;</c> need no rule.</remarks>
public static class EntraClaimsMapping
{
    private const string TenantRolePrefix = "Tenant.";
    private static readonly string[] RoleClaims = ["roles", ClaimTypes.Role];

    public static IReadOnlyList<Claim> Map(ClaimsIdentity identity, EntraMappingOptions options, IReadOnlyDictionary<string, TenantId> tenants)
    {
        var roles = identity.Claims.Where(c => RoleClaims.Contains(c.Type)).Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        var claims = new List<Claim>();
        if (options.PlatformAdminRoles.Any(roles.Contains))
        {
            claims.Add(new Claim(PioneerClaims.Platform, nameof(PlatformRole.Admin)));
        }
        else if (options.OperatorRoles.Any(roles.Contains))
        {
            claims.Add(new Claim(PioneerClaims.Platform, nameof(PlatformRole.Operator)));
        }

        var named = roles.Select(FromRoleName).OfType<(string Slug, TenantRole Role)>();
        var ruled = options.Tenants.Where(r => identity.HasClaim(r.ClaimType, r.Value)).Select(r => (r.Slug, r.Role));
        claims.AddRange(named.Concat(ruled)
            .Where(g => tenants.ContainsKey(g.Slug))
            .GroupBy(g => g.Slug, StringComparer.Ordinal)
            .Select(g => new TenantGrant(g.Key, tenants[g.Key], g.Max(x => x.Role)).ToClaim()));
        return claims;
    }

    private static (string Slug, TenantRole Role)? FromRoleName(string role)
    {
        var parts = role.Split('.');
        return role.StartsWith(TenantRolePrefix, StringComparison.Ordinal)
            && parts.Length == 3
            && Enum.TryParse<TenantRole>(parts[2], out var right)
            && Enum.IsDefined(right)
                ? (parts[1], right)
                : null;
    }
}
