using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>A tenant's limits as quotas of its principals: to each what its role can use. Nobody else shares a principal, so nobody else pays.</summary>
public static class QuotaSets
{
    /// <summary>A principal that only reads.</summary>
    public static IEnumerable<QuotaSpec> Consumer(string principal, TenantLimits limits) => Of(
        principal,
        (QuotaKeys.ConsumerByteRate, limits.ConsumerBytesPerSecond),
        (QuotaKeys.RequestPercentage, limits.RequestPercentage));

    /// <summary>The principal of a dedicated ksqlDB service: it reads, writes and makes topics.</summary>
    public static IEnumerable<QuotaSpec> Ksql(string principal, TenantLimits limits) => Of(
        principal,
        (QuotaKeys.ProducerByteRate, limits.ProducerBytesPerSecond),
        (QuotaKeys.ConsumerByteRate, limits.ConsumerBytesPerSecond),
        (QuotaKeys.RequestPercentage, limits.RequestPercentage),
        (QuotaKeys.ControllerMutationRate, limits.ControllerMutationsPerSecond));

    private static IEnumerable<QuotaSpec> Of(string principal, params (string Key, double? Value)[] limits)
    {
        var set = limits.Where(limit => limit.Value > TenantLimits.Unlimited)
            .ToImmutableSortedDictionary(limit => limit.Key, limit => limit.Value!.Value, StringComparer.Ordinal);
        return set.IsEmpty ? [] : [new QuotaSpec(new QuotaEntity(principal), set)];
    }
}
