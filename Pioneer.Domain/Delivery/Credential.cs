namespace Pioneer.Domain.Delivery;

/// <summary>A SCRAM user of a tenant. The password is shown once; what stays is who, when and a fingerprint.</summary>
public sealed class Credential : IRevisioned
{
    public required CredentialId Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>Unique among the tenant's credentials, ever; the principal is <c>slug.name</c>.</summary>
    public required string Name { get; init; }

    public required string Principal { get; init; }

    /// <summary><c>SCRAM-SHA-512</c> or <c>SCRAM-SHA-256</c>.</summary>
    public required string Mechanism { get; init; }

    public CredentialState State { get; set; } = CredentialState.Pending;

    /// <summary>First 12 hex digits of the password's SHA-256: enough to tell two apart, useless to find it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Name of the protected password; kept only until the broker has the credential, then null.</summary>
    public string? PendingSecret { get; set; }

    public CredentialId? Replaces { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required string IssuedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? RevokedBy { get; set; }

    public long Revision { get; set; }
}

/// <summary>Life of a credential; Pending becomes Active when the broker has it, Revoking becomes Revoked when the broker has it no more.</summary>
public enum CredentialState
{
    Pending,
    Active,
    Revoking,
    Revoked,
}
