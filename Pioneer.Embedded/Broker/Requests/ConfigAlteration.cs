using System.Collections.Immutable;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Network;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>What an incremental change does to one config; numbers are those of the wire.</summary>
internal enum ConfigOperation : sbyte
{
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}

/// <summary>Rules that both ways to alter configs share.</summary>
internal static class ConfigAlteration
{
    public static ImmutableSortedDictionary<string, string> None { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Why a resource cannot be altered by this sender or at all; null when it can.</summary>
    public static TopicOutcome? Guard(RequestContext context, Authorizer authorizer, sbyte type, string name)
    {
        switch ((ConfigResourceType)type)
        {
            case ConfigResourceType.Topic:
                return authorizer.MayTopic(context, AclOperation.AlterConfigs, name)
                    ? null
                    : TopicOutcome.Refused(ErrorCode.TopicAuthorizationFailed, "Authorization failed.");
            case ConfigResourceType.Broker or ConfigResourceType.BrokerLogger:
                return authorizer.MayCluster(context, AclOperation.AlterConfigs)
                    ? TopicOutcome.Refused(ErrorCode.InvalidRequest, "The embedded broker takes its configuration at start; it cannot be altered.")
                    : TopicOutcome.Refused(ErrorCode.ClusterAuthorizationFailed, "Authorization failed.");
            default:
                return TopicOutcome.Refused(ErrorCode.InvalidRequest, $"Unsupported resource type {type}");
        }
    }

    /// <summary>One incremental change; list operations are allowed on list configs only.</summary>
    public static (ImmutableSortedDictionary<string, string> Configs, string? Refusal) Apply(
        ImmutableSortedDictionary<string, string> configs, string name, ConfigOperation operation, string? value)
    {
        if (TopicConfigs.Find(name) is not { } definition)
        {
            return (configs, $"Unknown topic config name: {name}");
        }

        if (operation == ConfigOperation.Delete)
        {
            return (configs.Remove(name), null);
        }

        if (value is null)
        {
            return (configs, $"Null value not supported for {name}");
        }

        if (operation == ConfigOperation.Set)
        {
            return (configs.SetItem(name, value), null);
        }

        if (operation is not (ConfigOperation.Append or ConfigOperation.Subtract) || definition.Type != ConfigType.List)
        {
            return (configs, $"Config value {operation} is not allowed for config {name}");
        }

        var members = ConfigDefinition.Members(configs.GetValueOrDefault(name, definition.Default));
        var operands = ConfigDefinition.Members(value);
        var result = operation == ConfigOperation.Append ? members.Union(operands) : members.Except(operands);
        return (configs.SetItem(name, string.Join(',', result)), null);
    }
}
