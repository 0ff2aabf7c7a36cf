namespace Pioneer.Domain.Tenants;

/// <summary>An end client of the platform. The row stays after off-boarding (<see cref="TenantState.Deleted"/>), so that its slug is never used again.</summary>
public sealed class Tenant : IRevisioned
{
    public required TenantId Id { get; init; }

    public required TenantSlug Slug { get; init; }

    public required string Name { get; set; }

    public required IsolationLevel Isolation { get; set; }

    public TenantState State { get; set; } = TenantState.Provisioning;

    /// <summary>REST URL of a dedicated ksqlDB service that an operator registered; null where the platform hosts it.</summary>
    public string? KsqlUrl { get; set; }

    /// <summary>What each of its principals may take of a broker; empty is the platform's default.</summary>
    public TenantLimits Limits { get; set; } = new();

    /// <summary>Changes that the last comparison of wanted and observed state found; null until the first one.</summary>
    [Observed]
    public int? DriftCount { get; set; }

    [Observed]
    public DateTimeOffset? DriftCheckedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public long Revision { get; set; }
}

/// <summary>Where a tenant's queries run: under its own Kafka principal, or in one ksqlDB with the sandbox as the fence.</summary>
public enum IsolationLevel
{
    Dedicated,
    Shared,
}

/// <summary>Life of a tenant. Provisioning becomes Active with the first empty plan.</summary>
public enum TenantState
{
    Provisioning,
    Active,
    Suspended,
    Offboarding,
    Deleted,
}
