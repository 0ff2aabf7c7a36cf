using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Security;

/// <summary>
/// Kafka's StandardAuthorizer over the current rules: super users may do everything; a matching DENY wins over any ALLOW; nothing
/// matching means no. Rules are read at each decision, so that a change counts from the next request on. Thread safe.
/// </summary>
/// <param name="enabled">False: everybody may do everything, as a broker without authorizer.</param>
/// <param name="superUsers">Names without <c>User:</c>.</param>
/// <param name="rules">The current rules.</param>
public sealed class Authorizer(bool enabled, ImmutableHashSet<string> superUsers, Func<AclIndex> rules)
{
    private const string EveryUser = "User:*";

    /// <summary>Whether rules are looked at.</summary>
    public bool IsEnabled => enabled;

    /// <summary>Whether the principal may do this to this resource.</summary>
    public bool Allows(Principal principal, AclOperation operation, ResourceType resource, string name)
    {
        if (!enabled || superUsers.Contains(principal.Name))
        {
            return true;
        }

        var allowed = false;
        foreach (var acl in rules().Covering(resource, name))
        {
            if (!Concerns(acl, principal) || !AclRules.Speaks(acl.Operation, acl.Permission, operation))
            {
                continue;
            }

            if (acl.Permission == AclPermission.Deny)
            {
                return false;
            }

            allowed = true;
        }

        return allowed;
    }

    /// <summary>The same for the cluster.</summary>
    public bool AllowsCluster(Principal principal, AclOperation operation) =>
        Allows(principal, operation, ResourceType.Cluster, AclBinding.ClusterName);

    /// <summary>
    /// Whether there may be some resource of this kind on which the operation is allowed: an ALLOW whose whole pattern is not
    /// covered by a DENY (Authorizer.authorizeByResourceType, KIP-679).
    /// </summary>
    public bool AllowsAny(Principal principal, AclOperation operation, ResourceType resource)
    {
        if (!enabled || superUsers.Contains(principal.Name))
        {
            return true;
        }

        var concerned = rules().Of(resource).Where(a => Concerns(a, principal) && AclRules.Speaks(a.Operation, a.Permission, operation)).ToList();
        var denials = concerned.Where(a => a.Permission == AclPermission.Deny).ToList();
        return concerned.Any(a => a.Permission == AclPermission.Allow && !denials.Exists(d => Dominates(d, a)));
    }

    /// <summary>The bits of all operations allowed on a resource, as Metadata and DescribeGroups report them.</summary>
    public int AuthorizedOperations(Principal principal, ResourceType resource, string name)
    {
        var bits = 0;
        foreach (var operation in AclRules.OperationsOf(resource))
        {
            if (Allows(principal, operation, resource, name))
            {
                bits |= 1 << (int)operation;
            }
        }

        return bits;
    }

    private static bool Concerns(AclBinding acl, Principal principal) =>
        (acl.Principal == EveryUser || acl.Principal == principal.AclName) && (acl.Host == AclBinding.Wildcard || acl.Host == principal.Host);

    private static bool Dominates(AclBinding denial, AclBinding allowance) => (denial.Pattern, allowance.Pattern) switch
    {
        (PatternType.Literal, _) when denial.Name == AclBinding.Wildcard => true,
        (PatternType.Literal, PatternType.Literal) => denial.Name == allowance.Name,
        (PatternType.Prefixed, _) => allowance.Name.StartsWith(denial.Name, StringComparison.Ordinal) && allowance.Name != AclBinding.Wildcard,
        _ => false,
    };
}
