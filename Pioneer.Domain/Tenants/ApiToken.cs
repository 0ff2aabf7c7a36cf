using System.Collections.Immutable;

namespace Pioneer.Domain.Tenants;

/// <summary>A bearer token of the API. Only its SHA-256 is stored; the text is shown once.</summary>
public sealed class ApiToken
{
    public required ApiTokenId Id { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, hex.</summary>
    public required string Hash { get; init; }

    /// <summary>First characters of the token, so that a person can tell tokens apart.</summary>
    public required string Prefix { get; init; }

    public required PlatformRole PlatformRole { get; init; }

    /// <summary>Role inside each of <see cref="Tenants"/>; null for platform tokens.</summary>
    public TenantRole? TenantRole { get; init; }

    public required ImmutableArray<TenantId> Tenants { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>The one-time link that makes the first platform admin. Only its SHA-256 is stored.</summary>
public sealed class SetupLink
{
    public required SetupLinkId Id { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}
