using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Reads the SCRAM users and rules that the brokers know, in one request each.</summary>
public sealed class BrokerRights(KafkaAdmin kafka)
{
    /// <summary>Observed state with users and rules only: one tenant's with what it shares, or everybody's.</summary>
    public async Task<ObservedState> ReadAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var rules = RulesAsync(tenant, ct);
        var users = UsersAsync(tenant, ct);
        await Task.WhenAll(rules, users);
        return new ObservedState { Acls = await rules, Users = await users };
    }

    private async Task<ImmutableArray<AclRule>> RulesAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var bindings = await kafka.DescribeAclsAsync(ct);
        var rules = bindings.Select(AclMapping.FromBinding).OfType<AclRule>();
        if (tenant is { } one)
        {
            var prefix = TopicNames.Prefix(one);
            rules = rules.Where(rule => rule.ResourceName.StartsWith(prefix, StringComparison.Ordinal)
                || rule.Principal.StartsWith($"User:{prefix}", StringComparison.Ordinal)
                || ObservedPlatform.IsOfSharedKsql(rule));
        }

        return [.. rules];
    }

    private async Task<ImmutableArray<ScramUserSpec>> UsersAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var users = await kafka.DescribeScramUsersAsync(ct);
        return [.. users
            .Where(user => tenant is not { } one || user.Name == Principals.SharedKsql
                || user.Name.StartsWith(TopicNames.Prefix(one), StringComparison.Ordinal))
            .SelectMany(user => user.Credentials.Select(credential =>
                new ScramUserSpec(user.Name, credential.Mechanism, credential.Iterations, SecretName: null)))];
    }
}
