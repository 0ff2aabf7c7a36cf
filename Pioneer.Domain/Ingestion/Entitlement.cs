namespace Pioneer.Domain.Ingestion;

/// <summary>A tenant's right to a feed. Revoking keeps the row: it is how the reconciler knows what was ours to take away.</summary>
public sealed class Entitlement : IRevisioned
{
    public required EntitlementId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required FeedId FeedId { get; init; }

    public EntitlementState State { get; set; } = EntitlementState.Granted;

    /// <summary>The value in the feed's tenant column that stands for this tenant; the slug unless said otherwise.</summary>
    public required string TenantValue { get; set; }

    /// <summary>The connector is wanted paused.</summary>
    public bool Paused { get; set; }

    /// <summary>On revocation: the T topic and its records go too; otherwise the topic stays as it is.</summary>
    public bool DeleteData { get; set; }

    public required DateTimeOffset GrantedAt { get; set; }

    public required string GrantedBy { get; set; }

    public long Revision { get; set; }
}

public enum EntitlementState
{
    Granted,
    Revoked,
}
