using System.Collections.Immutable;
using System.Security.Claims;
using Pioneer.Domain;
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
    private static IEnumerable<Claim> ViewClaims(TenantGrant grant) => [grant.ToClaim(), new Claim(Viewing, grant.ToClaim().Value)];

    /// <summary>The tenant that a platform person looks at as its viewers do; null otherwise.</summary>
    public static TenantGrant? ViewedTenant(this ClaimsPrincipal user) => user.FindFirst(Viewing) is { } claim ? TenantGrant.Parse(claim.Value) : null;

    /// <summary>The session that the cookie stands for.</summary>
    private const string Session = "pioneer:session";

    /// <summary>The account's rights revision that the other claims were read at.</summary>
    private const string Rights = "pioneer:rights";

    /// <summary>How the person proved who they are.</summary>
    internal const string Proof = "pioneer:proof";

    /// <summary>The role asks for a second factor, and the account has none yet: until then it gives nothing.</summary>
    internal const string SecondFactorMissing = "pioneer:second-factor-missing";

    internal static Claim SessionClaim(SessionId session) => new(Session, session.ToString());

    internal static Claim RightsClaim(long revision) => new(Rights, revision.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The session of the cookie; null for a cookie of an earlier release, which is nothing.</summary>
    internal static SessionId? SessionId(this ClaimsPrincipal user) =>
        Domain.SessionId.TryParse(user.FindFirst(Session)?.Value, null, out var id) ? id : null;

    internal static long? RightsRevision(this ClaimsPrincipal user) => long.TryParse(user.FindFirst(Rights)?.Value, out var revision) ? revision : null;

    internal static bool LacksSecondFactor(this ClaimsPrincipal user) => user.HasClaim(claim => claim.Type == SecondFactorMissing);

    /// <summary>The same person without any right.</summary>
    internal static ClaimsPrincipal WithoutRights(this ClaimsPrincipal user) => user.Without([Platform, Tenant, Viewing], []);

    /// <summary>The same person as a viewer of one tenant.</summary>
    internal static ClaimsPrincipal ViewedAs(this ClaimsPrincipal user, TenantGrant grant) => user.Without([Platform, Tenant], ViewClaims(grant));

    private static ClaimsPrincipal Without(this ClaimsPrincipal user, string[] types, IEnumerable<Claim> added)
    {
        var identity = (ClaimsIdentity)user.Identity!;
        return new ClaimsPrincipal(new ClaimsIdentity(
            [.. identity.Claims.Where(claim => !types.Contains(claim.Type)), .. added], identity.AuthenticationType, identity.NameClaimType, identity.RoleClaimType));
    }

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
