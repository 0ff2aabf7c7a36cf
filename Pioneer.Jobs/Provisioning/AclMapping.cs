using Confluent.Kafka.Admin;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Between our rules and Confluent.Kafka's bindings. Both number their members as the protocol does.</summary>
internal static class AclMapping
{
    public static AclBinding ToBinding(AclRule rule) => new()
    {
        Pattern = new ResourcePattern
        {
            Type = (ResourceType)rule.ResourceType,
            Name = rule.ResourceName,
            ResourcePatternType = (ResourcePatternType)rule.Pattern,
        },
        Entry = new AccessControlEntry
        {
            Principal = rule.Principal,
            Host = rule.Host,
            Operation = (Confluent.Kafka.Admin.AclOperation)rule.Operation,
            PermissionType = (AclPermissionType)rule.Permission,
        },
    };

    /// <summary>Null for rules on resources that Pioneer does not know (delegation tokens, users): those are not ours.</summary>
    public static AclRule? FromBinding(AclBinding binding)
    {
        var rule = new AclRule(binding.Entry.Principal, (Domain.Provisioning.AclOperation)binding.Entry.Operation,
            (AclResourceType)binding.Pattern.Type, binding.Pattern.Name, (AclPattern)binding.Pattern.ResourcePatternType)
        {
            Permission = (AclPermission)binding.Entry.PermissionType,
            Host = binding.Entry.Host,
        };
        return Enum.IsDefined(rule.Operation) && Enum.IsDefined(rule.ResourceType) && Enum.IsDefined(rule.Pattern) ? rule : null;
    }
}
