using Microsoft.AspNetCore.Identity;

namespace Pioneer.Domain.Tenants;

/// <summary>A person who signs in. Rights over tenants come from <see cref="TenantMembership"/>, over the platform from <see cref="PlatformRole"/>.</summary>
public sealed class PioneerUser : IdentityUser
{
    public string DisplayName { get; set; } = "";

    public PlatformRole PlatformRole { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public bool Disabled { get; set; }

    /// <summary>Rises with every change of the person's rights: sessions that were signed in with an earlier one are brought up to date.</summary>
    public long RightsRevision { get; set; }

    /// <summary>Up to when the person has seen what was done to the account.</summary>
    public DateTimeOffset? NoticesSeenAt { get; set; }
}

/// <summary>A right over the whole platform.</summary>
public enum PlatformRole
{
    None,
    Operator,
    Admin,
}

/// <summary>A right inside one tenant; each role may all that the ones before it may.</summary>
public enum TenantRole
{
    Viewer = 1,
    Author = 2,
    Admin = 3,
}

/// <summary>One person's role in one tenant.</summary>
public sealed class TenantMembership
{
    public required string UserId { get; init; }

    public required TenantId TenantId { get; init; }

    public required TenantRole Role { get; set; }

    public required DateTimeOffset GrantedAt { get; init; }

    public required string GrantedBy { get; init; }
}
