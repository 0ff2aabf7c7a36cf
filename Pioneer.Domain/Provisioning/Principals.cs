using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Names of Kafka principals, without the <c>User:</c> that ACLs put before them.</summary>
public static class Principals
{
    /// <summary>The default user that Connect's worker and connectors sign in as.</summary>
    public const string Connect = "pioneer-connect";

    /// <summary>The user of the ksqlDB service that tenants with shared isolation use.</summary>
    public const string SharedKsql = "pioneer-ksql";

    /// <summary>Names a tenant's credential may not have: the platform keeps these.</summary>
    public static readonly IReadOnlyCollection<string> ReservedCredentialNames = ["ksql", "portal"];

    public static string Ksql(TenantSlug tenant) => $"{tenant}.ksql";

    public static string Portal(TenantSlug tenant) => $"{tenant}.portal";

    public static string Credential(TenantSlug tenant, string credential) => $"{tenant}.{credential}";
}
