using System.Security.Claims;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>One membership of the signed-in person, as its claim carries it: <c>slug:tenant id:role</c>.</summary>
public sealed record TenantGrant(string Slug, TenantId TenantId, TenantRole Role)
{
    /// <summary>Null for anything else, so that a malformed claim gives no right.</summary>
    public static TenantGrant? Parse(string value)
    {
        var parts = value.Split(':');
        return parts.Length == 3
            && parts[0].Length > 0
            && TenantId.TryParse(parts[1], null, out var id)
            && Enum.TryParse<TenantRole>(parts[2], out var role)
            && Enum.IsDefined(role)
                ? new TenantGrant(parts[0], id, role)
                : null;
    }

    public Claim ToClaim() => new(PioneerClaims.Tenant, $"{Slug}:{TenantId}:{Role}");
}
