namespace Pioneer.Embedded.Broker.Security;

/// <summary>Which operations a kind of resource knows, and which of them others imply.</summary>
public static class AclRules
{
    private static readonly Dictionary<ResourceType, AclOperation[]> Known = new()
    {
        [ResourceType.Topic] =
        [
            AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Describe, AclOperation.Delete, AclOperation.Alter,
            AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
        ],
        [ResourceType.Group] =
        [
            AclOperation.Read, AclOperation.Describe, AclOperation.Delete, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
        ],
        [ResourceType.Cluster] =
        [
            AclOperation.Create, AclOperation.ClusterAction, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
            AclOperation.IdempotentWrite, AclOperation.Alter, AclOperation.Describe,
        ],
        [ResourceType.TransactionalId] = [AclOperation.Describe, AclOperation.Write, AclOperation.TwoPhaseCommit],
        [ResourceType.DelegationToken] = [AclOperation.Describe],
        [ResourceType.User] = [AclOperation.CreateTokens, AclOperation.DescribeTokens],
    };

    /// <summary>The operations that exist on a kind of resource, <see cref="AclOperation.All"/> not among them.</summary>
    public static IReadOnlyList<AclOperation> OperationsOf(ResourceType resource) => Known.GetValueOrDefault(resource, []);

    /// <summary>
    /// Why a rule cannot be stored; null when it can. Wildcard fields are for filters, a cluster has one name, and the operation
    /// must exist on the resource.
    /// </summary>
    public static string? Refusal(AclBinding acl)
    {
        if (acl.Resource is ResourceType.Any or ResourceType.Unknown || !Known.ContainsKey(acl.Resource))
        {
            return $"Invalid resource type {acl.Resource}";
        }

        if (acl.Pattern is not (PatternType.Literal or PatternType.Prefixed))
        {
            return $"Invalid pattern type {acl.Pattern}: only LITERAL and PREFIXED can be stored";
        }

        if (acl.Permission is not (AclPermission.Allow or AclPermission.Deny))
        {
            return $"Invalid permission type {acl.Permission}";
        }

        if (acl.Operation != AclOperation.All && !OperationsOf(acl.Resource).Contains(acl.Operation))
        {
            return $"Operation {acl.Operation} does not exist on {acl.Resource}";
        }

        if (acl.Name.Length == 0)
        {
            return "The resource name is empty";
        }

        if (acl.Resource == ResourceType.Cluster && acl.Name != AclBinding.ClusterName)
        {
            return $"The only valid name for the CLUSTER resource is {AclBinding.ClusterName}";
        }

        return acl.Principal.StartsWith("User:", StringComparison.Ordinal) && acl.Principal.Length > "User:".Length
            ? null
            : $"Invalid principal '{acl.Principal}': expected User:<name>";
    }

    /// <summary>
    /// Whether a rule on <paramref name="granted"/> speaks about <paramref name="asked"/>. Implications hold for allowing only:
    /// a denied READ leaves DESCRIBE as it was.
    /// </summary>
    public static bool Speaks(AclOperation granted, AclPermission permission, AclOperation asked)
    {
        if (granted == asked || granted == AclOperation.All)
        {
            return true;
        }

        return permission == AclPermission.Allow && asked switch
        {
            AclOperation.Describe => granted is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
            AclOperation.DescribeConfigs => granted is AclOperation.AlterConfigs,
            _ => false,
        };
    }
}
