using System.Collections.Immutable;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Looks through the rules for those that let one of a tenant's principals reach what is not the tenant's: all principals and all names, where the attempts
/// take a sample. Says by the brokers' own semantics whether such a rule counts.
/// </summary>
internal sealed class RuleScan(AttackGround ground, CheckedTenant tenant, TimeProvider time)
{
    private const int MaxNames = 3;

    /// <summary>The tenant's principals, without <c>User:</c>: those that can sign in, and those that rules name.</summary>
    public ImmutableArray<string> Principals { get; } =
        [.. ground.PrincipalsOf(tenant.Slug).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Names of topics and groups that each principal reaches although it must not.</summary>
    public ImmutableDictionary<string, ImmutableArray<Reach>> Reached() => Principals.ToImmutableDictionary(
        principal => principal, principal => ReachedBy(principal).DistinctBy(reach => (reach.Type, reach.Name)).ToImmutableArray());

    /// <summary>The finding of each principal as an attempt.</summary>
    public IEnumerable<IsolationAttempt> Attempts(ImmutableDictionary<string, ImmutableArray<Reach>> reached)
    {
        foreach (var (principal, reaches) in reached.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (reaches.IsEmpty)
            {
                yield return new IsolationAttempt(
                    IsolationWay.Rules, principal, "reach anything by a rule that is not its own", null, "no such rule", "no such rule", AttemptResult.Held, time.GetUtcNow());
            }

            foreach (var reach in reaches)
            {
                yield return new IsolationAttempt(
                    IsolationWay.Rules, principal, $"{reach.Operation} on a {reach.Type.ToString().ToLowerInvariant()} that is not its own", reach.Name, "no such rule",
                    "a rule allows it", AttemptResult.Broken, time.GetUtcNow())
                {
                    Reached = ground.OtherOwner(tenant, reach.Name),
                    Rules = [reach.Rule.ToString()],
                };
            }
        }
    }

    /// <summary>Whether one principal has no more rights than the other, so that what is refused to the other is refused to it.</summary>
    public bool IsCoveredBy(string one, string other) => !ground.Rights.IsSuperUser(one)
        && RulesOf(one, AclPermission.Allow).IsSubsetOf(RulesOf(other, AclPermission.Allow)) && RulesOf(other, AclPermission.Deny).IsSubsetOf(RulesOf(one, AclPermission.Deny));

    private HashSet<AclRule> RulesOf(string principal, AclPermission permission) =>
        [.. ground.RulesOf($"User:{principal}").Where(rule => rule.Permission == permission).Select(rule => rule with { Principal = "" })];

    private IEnumerable<Reach> ReachedBy(string principal)
    {
        var wanted = principal == Pioneer.Domain.Provisioning.Principals.Ksql(tenant.Slug)
            ? AclSets.Ksql(tenant.Slug, principal, KsqlNames.ServiceId(tenant.Slug))
            : AclSets.Consumer(tenant.Slug, principal);
        return from rule in ground.RulesOf($"User:{principal}").Concat(ground.RulesOf("User:*"))
               where rule.Permission is AclPermission.Allow
               where !wanted.Contains(rule) && !rule.ResourceName.StartsWith(TopicNames.Prefix(tenant.Slug), StringComparison.Ordinal)
               from name in NamesUnder(rule)
               let operation = rule.Operation is AclOperation.All ? AclOperation.Describe : rule.Operation
               let host = rule.Host == AclRule.AnyHost ? "" : rule.Host
               where ground.Rights.Judge(new AccessQuestion($"User:{principal}", operation, rule.ResourceType, name) { Host = host }).IsAllowed
               select new Reach(rule, operation, rule.ResourceType, name);
    }

    /// <summary>Some of the names under a rule that are another tenant's or the platform's; the rule's own where nothing bears it yet.</summary>
    private IEnumerable<string> NamesUnder(AclRule rule)
    {
        IEnumerable<string> names = rule.ResourceType switch
        {
            AclResourceType.Topic => ground.Topics,
            AclResourceType.Group => ground.Groups,
            _ => [],
        };
        var covered = rule.Pattern is AclPattern.Prefixed ? names.Where(name => name.StartsWith(rule.ResourceName, StringComparison.Ordinal))
            : rule.ResourceName == "*" ? names
            : [rule.ResourceName];
        var others = ground.Tenants.Where(other => other.Id != tenant.Id).Select(other => $"{TopicNames.Prefix(other.Slug)}later")
            .Where(name => rule.ResourceType is not AclResourceType.Cluster
                && (rule.ResourceName == "*" || (rule.Pattern is AclPattern.Prefixed && name.StartsWith(rule.ResourceName, StringComparison.Ordinal))));
        return rule.ResourceType is AclResourceType.Cluster
            ? [rule.ResourceName]
            : covered.Append(rule.ResourceName).Where(name => ground.OtherOwner(tenant, name) is not null || AttackGround.IsPlatforms(tenant, name)).Concat(others).Distinct().Take(MaxNames);
    }

    /// <summary>Something that a principal reaches by a rule.</summary>
    public sealed record Reach(AclRule Rule, AclOperation Operation, AclResourceType Type, string Name);
}
