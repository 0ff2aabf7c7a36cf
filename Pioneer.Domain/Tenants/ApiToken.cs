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

    /// <summary>The local account that issued it and whose rights bound it at each use; null for service tokens.</summary>
    public string? IssuedById { get; init; }

    /// <summary>It does not depend on who issued it, and ends unless an admin renews it.</summary>
    public bool IsService => IssuedById is null;

    /// <summary>Null only for tokens of earlier releases, which end <see cref="ApiTokenRules.LongestLife"/> after they were issued.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Who last gave a service token another life.</summary>
    public string? RenewedBy { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>What holds for every token.</summary>
public static class ApiTokenRules
{
    /// <summary>No token lives longer without somebody's saying so again.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(365);

    /// <summary>Fewer characters of a token that somebody made up could be guessed.</summary>
    public const int MinSetupLength = 32;

    /// <summary>When it ends unless it is revoked or renewed before.</summary>
    public static DateTimeOffset EndOf(ApiToken token) => token.ExpiresAt ?? token.CreatedAt + LongestLife;
}
