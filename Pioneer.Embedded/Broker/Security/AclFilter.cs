namespace Pioneer.Embedded.Broker.Security;

/// <summary>Selects rules, as DescribeAcls and DeleteAcls do. Null and <c>Any</c> fields select everything.</summary>
public sealed record AclFilter(
    ResourceType Resource, string? Name, PatternType Pattern, string? Principal, string? Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>Whether the filter is one that Kafka accepts: nothing in it is unknown.</summary>
    public bool IsValid =>
        Resource != ResourceType.Unknown && Pattern != PatternType.Unknown
        && Operation != AclOperation.Unknown && Permission != AclPermission.Unknown;

    /// <summary>Whether a rule is selected.</summary>
    public bool Selects(AclBinding acl) =>
        (Resource == ResourceType.Any || Resource == acl.Resource)
        && (Principal is null || Principal == acl.Principal)
        && (Host is null || Host == acl.Host)
        && (Operation == AclOperation.Any || Operation == acl.Operation)
        && (Permission == AclPermission.Any || Permission == acl.Permission)
        && SelectsName(acl);

    private bool SelectsName(AclBinding acl) => Pattern switch
    {
        PatternType.Any => Name is null || Name == acl.Name,
        PatternType.Match => Name is null || acl.Covers(acl.Resource, Name),
        _ => Pattern == acl.Pattern && (Name is null || Name == acl.Name),
    };
}
