namespace Pioneer.Domain.Provisioning;

/// <summary>One ALLOW or DENY of Kafka's authorizer. <paramref name="Principal"/> has its <c>User:</c> type.</summary>
public sealed record AclRule(
    string Principal, AclOperation Operation, AclResourceType ResourceType, string ResourceName, AclPattern Pattern)
{
    public const string AnyHost = "*";

    public AclPermission Permission { get; init; } = AclPermission.Allow;

    public string Host { get; init; } = AnyHost;

    public override string ToString()
    {
        var resource = Pattern is AclPattern.Prefixed ? $"prefix '{ResourceName}'" : $"'{ResourceName}'";
        var host = Host == AnyHost ? "" : $" from {Host}";
        return $"{Permission.ToString().ToLowerInvariant()} {Principal} {Operation} on {ResourceType} {resource}{host}";
    }
}

/// <summary>Kafka's operations by their codes in the protocol.</summary>
public enum AclOperation
{
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
}

/// <summary>Kafka's resource types by their codes in the protocol.</summary>
public enum AclResourceType
{
    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,
}

/// <summary>Kafka's pattern types by their codes in the protocol.</summary>
public enum AclPattern
{
    Literal = 3,
    Prefixed = 4,
}

public enum AclPermission
{
    Deny = 2,
    Allow = 3,
}
