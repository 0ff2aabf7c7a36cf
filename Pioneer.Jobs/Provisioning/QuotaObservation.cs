using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Reads the quotas, and which kinds of them the brokers would let us set: a cluster may not know the requests, not allow them, or not enforce a
/// kind. That is a fact about the cluster, not a failure to read it.
/// </summary>
public sealed class QuotaObservation(KafkaQuotas quotas)
{
    // The probes are validated only, never kept; a name of its own for each, because brokers answer by name.
    private const string Probe = "pioneer-probe-";

    private const double ProbeValue = TenantLimits.MinBytesPerSecond;

    public async Task<(ImmutableArray<QuotaSpec> Quotas, ImmutableSortedDictionary<string, QuotaRefusal> Refused)> ReadAsync(
        TenantSlug? tenant, CancellationToken ct)
    {
        try
        {
            var found = await quotas.DescribeAsync(ct);
            var probes = QuotaKeys.All.Select(key => new KafkaQuotaAlteration(ProbeOf(key), new Dictionary<string, double?> { [key] = ProbeValue })).ToList();
            var refused = await quotas.AlterAsync(probes, validateOnly: true, ct);
            return (
                [.. found.Where(quota => IsAbout(tenant, quota)).Select(Spec)],
                refused.ToImmutableSortedDictionary(item => item.Item[Probe.Length..], item => Refusal(item.Code, item.Reason), StringComparer.Ordinal));
        }
        catch (KafkaRequestException refused) when (refused.Code is ErrorCode.UnsupportedVersion or ErrorCode.ClusterAuthorizationFailed)
        {
            return ([], QuotaKeys.All.ToImmutableSortedDictionary(key => key, _ => Refusal(refused.Code, refused.Message), StringComparer.Ordinal));
        }
    }

    private static string ProbeOf(string key) => Probe + key;

    private static bool IsAbout(TenantSlug? tenant, KafkaQuota quota) => tenant is not { } one
        || quota.User?.StartsWith(TopicNames.Prefix(one), StringComparison.Ordinal) == true
        || quota.ClientId?.StartsWith(TopicNames.Prefix(one), StringComparison.Ordinal) == true;

    private static QuotaSpec Spec(KafkaQuota quota) => new(
        new QuotaEntity(quota.User, quota.ClientId, quota.Ip), quota.Limits.ToImmutableSortedDictionary(StringComparer.Ordinal));

    private QuotaRefusal Refusal(ErrorCode code, string reason) => code switch
    {
        ErrorCode.UnsupportedVersion => new("These brokers have no requests for client quotas.", "Quotas need Apache Kafka 2.6 or later."),
        ErrorCode.ClusterAuthorizationFailed => new(
            $"The brokers do not let '{quotas.Principal}' read and set quotas.", "Grant it DESCRIBE_CONFIGS and ALTER_CONFIGS on the cluster."),
        _ => new($"The brokers refuse this limit: {reason}", "Lift it in the tenant's limits, or use brokers that enforce it."),
    };
}
