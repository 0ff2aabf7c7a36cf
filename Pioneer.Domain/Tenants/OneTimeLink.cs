namespace Pioneer.Domain.Tenants;

/// <summary>
/// A link that works once, within its time: it makes the first platform admin, invites a person to a role, or lets the owner of an account choose a new
/// password. Whoever hands it over never learns a password. Only its SHA-256 is stored.
/// </summary>
public sealed class OneTimeLink
{
    public required OneTimeLinkId Id { get; init; }

    public required LinkPurpose Purpose { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Used, or made void by a newer one or by hand.</summary>
    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>For whom; null for the first admin's.</summary>
    public string? Email { get; init; }

    /// <summary>What the inviter calls the person; the person may choose another name.</summary>
    public string? Name { get; init; }

    /// <summary>The account whose password is chosen anew; null for other purposes.</summary>
    public string? UserId { get; init; }

    /// <summary>The tenant that an invitation is to; null for one to the platform.</summary>
    public TenantId? TenantId { get; init; }

    public TenantRole? TenantRole { get; init; }

    public PlatformRole PlatformRole { get; init; }

    public string? IssuedBy { get; init; }
}

/// <summary>What a one-time link is for.</summary>
public enum LinkPurpose
{
    FirstAdmin,
    Invitation,
    NewPassword,
}

/// <summary>A new link; the only answer that ever holds its text.</summary>
public sealed record IssuedLink(string Token, DateTimeOffset ExpiresAt, string Email)
{
    /// <summary>Never prints the token.</summary>
    public override string ToString() => $"One-time link for {Email}";
}
