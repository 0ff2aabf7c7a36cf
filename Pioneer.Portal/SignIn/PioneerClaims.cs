using System.Collections.Immutable;
using System.Security.Claims;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>The claims that rights are decided by, whoever signed the person in.</summary>
/// <remarks>Local accounts get them from the database at sign-in (<see cref="PioneerPrincipalFactory"/>), Entra accounts from <see cref="EntraClaimsMapping"/>.</remarks>
public static class PioneerClaims
{
    /// <summary>Name of a <see cref="PlatformRole"/>.</summary>
    public const string Platform = "pioneer:platform-role";

    /// <summary>A <see cref="TenantGrant"/>, one per membership.</summary>
    public const string Tenant = "pioneer:tenant";

    /// <summary>The <see cref="TenantGrant"/> of a view as tenant.</summary>
    private const string Viewing = "pioneer:viewing";

    /// <summary>What a platform person has instead of the platform role while looking at a tenant.</summary>
    internal static IEnumerable<Claim> ViewClaims(TenantGrant grant) => [grant.ToClaim(), new Claim(Viewing, grant.ToClaim().Value)];

    /// <summary>The tenant that a platform person looks at as its viewers do; null otherwise.</summary>
    public static TenantGrant? ViewedTenant(this ClaimsPrincipal user) => user.FindFirst(Viewing) is { } claim ? TenantGrant.Parse(claim.Value) : null;

    /// <summary>When the session ends, in seconds since 1970; only for accounts whose issuer sets an end.</summary>
    private const string Until = "pioneer:until";

    public static Claim UntilClaim(DateTimeOffset end) => new(Until, end.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The end of the session; the beginning of time where the claim is missing, so that nothing stays open by accident.</summary>
    public static DateTimeOffset SignedInUntil(this ClaimsPrincipal user) =>
        long.TryParse(user.FindFirst(Until)?.Value, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.MinValue;

    /// <summary>False for people that signed in and have no business here.</summary>
    public static bool HasAnyRole(this ClaimsPrincipal user) => user.SeesPlatform() || user.TenantGrants().Count > 0;

    public static PlatformRole PlatformRole(this ClaimsPrincipal user) =>
        Enum.TryParse<PlatformRole>(user.FindFirst(Platform)?.Value, out var role) && Enum.IsDefined(role) ? role : Domain.Tenants.PlatformRole.None;

    public static bool IsPlatformAdmin(this ClaimsPrincipal user) => user.PlatformRole() is Domain.Tenants.PlatformRole.Admin;

    /// <summary>True for people who see every tenant.</summary>
    public static bool SeesPlatform(this ClaimsPrincipal user) => user.PlatformRole() is not Domain.Tenants.PlatformRole.None;

    public static IReadOnlyList<TenantGrant> TenantGrants(this ClaimsPrincipal user) =>
        [.. user.FindAll(Tenant).Select(c => TenantGrant.Parse(c.Value)).OfType<TenantGrant>().OrderBy(g => g.Slug, StringComparer.Ordinal)];

    /// <summary>Decides one right in one tenant. Platform admins may everything, operators may look.</summary>
    public static bool May(this ClaimsPrincipal user, string slug, TenantRole role) =>
        user.IsPlatformAdmin()
        || (role == TenantRole.Viewer && user.SeesPlatform())
        || user.TenantGrants().Any(g => g.Slug == slug && g.Role >= role);

    /// <summary>The same rights as the domain's commands and queries take them. Nobody who is not signed in has any.</summary>
    public static Actor ToActor(this ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? "",
        user.Identity?.Name ?? "",
        ActorKind.User,
        user.PlatformRole(),
        user.TenantGrants().ToImmutableDictionary(g => g.TenantId, g => g.Role))
    {
        ViewingAs = user.ViewedTenant()?.TenantId,
    };

    public static string DisplayRole(this ClaimsPrincipal user, string? slug)
    {
        var grants = user.TenantGrants();
        return (user.PlatformRole(), (grants.FirstOrDefault(g => g.Slug == slug) ?? (grants.Count > 0 ? grants[0] : null))?.Role) switch
        {
            (Domain.Tenants.PlatformRole.Admin, _) => "Platform admin",
            (Domain.Tenants.PlatformRole.Operator, _) => "Operator",
            (_, { } role) => DisplayRole(role),
            _ => "No role",
        };
    }

    /// <summary>The role as a person reads it.</summary>
    public static string DisplayRole(TenantRole role) => role switch
    {
        TenantRole.Admin => "Tenant admin",
        TenantRole.Author => "Author",
        _ => "Viewer",
    };
}
