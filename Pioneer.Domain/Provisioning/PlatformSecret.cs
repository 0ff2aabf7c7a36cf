namespace Pioneer.Domain.Provisioning;

/// <summary>A secret that the platform itself needs again, protected by <see cref="ISecretProtector"/>: never in plans, logs or audit.</summary>
public sealed class PlatformSecret
{
    /// <summary>Such as <c>tenant/acme/ksql</c>, <c>source/bank</c>; see <see cref="SecretNames"/>.</summary>
    public required string Name { get; init; }

    public required string ProtectedValue { get; set; }

    /// <summary>Raised with each new value; connectors carry it, so that a changed password is a change of the plan.</summary>
    public required int Generation { get; set; }

    public TenantId? TenantId { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Names of protected secrets.</summary>
public static class SecretNames
{
    private const string SourcePrefix = "source/";

    public const string SharedKsqlPrincipal = "platform/ksql";

    public static string KsqlPrincipal(Tenants.TenantSlug tenant) => $"tenant/{tenant}/ksql";

    public static string PortalPrincipal(Tenants.TenantSlug tenant) => $"tenant/{tenant}/portal";

    /// <summary>Kept only until the broker has the credential.</summary>
    public static string Credential(Tenants.TenantSlug tenant, string credential) => $"tenant/{tenant}/credential/{credential}";

    public static string Source(string source) => SourcePrefix + source;

    /// <summary>The source whose password a secret is; null for other secrets.</summary>
    public static string? SourceOf(string secret) => secret.StartsWith(SourcePrefix, StringComparison.Ordinal) ? secret[SourcePrefix.Length..] : null;
}
