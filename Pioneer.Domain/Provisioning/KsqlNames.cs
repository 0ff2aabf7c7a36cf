using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>The only place that makes names of objects, queries and services in ksqlDB.</summary>
public static class KsqlNames
{
    /// <summary>The service of all tenants with <see cref="IsolationLevel.Shared"/>.</summary>
    public const string SharedServiceId = "pioneer_";

    /// <summary>
    /// <c>ksql.service.id</c> of a tenant: the slug as it is, and an underscore. Hyphens stay: with <c>acme-eu</c> as <c>acme_eu_</c> the ACL
    /// prefix of <c>acme_</c> would cover the other tenant's internal topics; a slug holds no underscore, so as it is none covers another.
    /// </summary>
    public static string ServiceId(TenantSlug tenant) => $"{tenant}_";

    public static string ServiceId(Tenant tenant) => tenant.Isolation is IsolationLevel.Shared ? SharedServiceId : ServiceId(tenant.Slug);

    /// <summary>Every object of a tenant in ksqlDB begins with this, such as <c>ACME__</c>.</summary>
    public static string Prefix(TenantSlug tenant) => $"{Upper(tenant.Value)}__";

    /// <summary><c>large-payments</c> of <c>acme</c> is <c>ACME__LARGE_PAYMENTS</c>.</summary>
    public static string ObjectName(TenantSlug tenant, string name) => Prefix(tenant) + Upper(name);

    /// <summary>The name that the tenant itself writes: <c>LARGE_PAYMENTS</c>.</summary>
    public static string Local(string name) => Upper(name);

    public static string QueryId(TenantSlug tenant, string subscription, int version) => $"{ObjectName(tenant, subscription)}_V{version}";

    /// <summary>Names of a subscription's seed queries and seed streams begin with one of these.</summary>
    public static IEnumerable<string> SeedPrefixes(TenantSlug tenant, string subscription) =>
        [$"{ObjectName(tenant, subscription)}_SEED_", $"{ObjectName(tenant, subscription)}_S_"];

    /// <summary>The query of one attempt of a seed run, from its private stream into the delivery topic.</summary>
    public static string SeedQueryId(TenantSlug tenant, string subscription, SeedRunId run, int attempt) =>
        $"{ObjectName(tenant, subscription)}_SEED_{run.Value:N}_{attempt}".ToUpperInvariant();

    /// <summary>The stream over the private topic of one attempt of a seed run.</summary>
    public static string SeedObject(TenantSlug tenant, string subscription, SeedRunId run, int attempt) =>
        $"{ObjectName(tenant, subscription)}_S_{run.Value:N}_{attempt}".ToUpperInvariant();

    private static string Upper(string name) => name.ToUpperInvariant().Replace('-', '_');
}
