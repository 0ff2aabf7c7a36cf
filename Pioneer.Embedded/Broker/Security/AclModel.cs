namespace Pioneer.Embedded.Broker.Security;

/// <summary>What an ACL protects; numbers are those of the wire.</summary>
public enum ResourceType : sbyte
{
    Unknown = 0,
    Any = 1,
    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,
    DelegationToken = 6,
    User = 7,
}

/// <summary>How an ACL's name is compared; <see cref="Any"/> and <see cref="Match"/> occur in filters only.</summary>
public enum PatternType : sbyte
{
    Unknown = 0,
    Any = 1,
    Match = 2,
    Literal = 3,
    Prefixed = 4,
}

/// <summary>What may be done; numbers are those of the wire and of the bits in authorized operations.</summary>
public enum AclOperation : sbyte
{
    Unknown = 0,
    Any = 1,
    All = 2,
    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    ClusterAction = 9,
    DescribeConfigs = 10,
    AlterConfigs = 11,
    IdempotentWrite = 12,
    CreateTokens = 13,
    DescribeTokens = 14,
    TwoPhaseCommit = 15,
}

/// <summary>Whether an ACL allows or denies.</summary>
public enum AclPermission : sbyte
{
    Unknown = 0,
    Any = 1,
    Deny = 2,
    Allow = 3,
}

/// <summary>One access rule.</summary>
/// <param name="Resource">What kind of thing it protects.</param>
/// <param name="Name">Name or prefix; "*" with <see cref="PatternType.Literal"/> means all.</param>
/// <param name="Pattern">Literal or prefixed.</param>
/// <param name="Principal"><c>User:name</c>, or <c>User:*</c> for everybody.</param>
/// <param name="Host">The client's address, or "*".</param>
/// <param name="Operation">What it is about.</param>
/// <param name="Permission">Allow or deny.</param>
public sealed record AclBinding(
    ResourceType Resource, string Name, PatternType Pattern, string Principal, string Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>The name, principal or host that stands for all.</summary>
    public const string Wildcard = "*";

    /// <summary>The only name that a cluster resource has.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>Whether a resource of this kind and name falls under this rule.</summary>
    public bool Covers(ResourceType resource, string name) =>
        Resource == resource && (Pattern switch
        {
            PatternType.Literal => Name == Wildcard || Name == name,
            PatternType.Prefixed => name.StartsWith(Name, StringComparison.Ordinal),
            _ => false,
        });
}
