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

/// <summary>One change of a config.</summary>
internal sealed record ConfigChange(string Name, ConfigOperation Operation, string? Value);

/// <summary>What both ways to alter configs share: who may, which resources have any, what a change makes of the configs before.</summary>
internal sealed class ConfigAlteration(TopicService topics, BrokerConfigService brokers, Authorizer authorizer)
{
    private static readonly ImmutableSortedDictionary<string, string> None =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Changes single configs of a resource, or replaces all of them.</summary>
    public (ErrorCode Error, string? Message) Alter(
        RequestContext context, sbyte type, string name, IReadOnlyList<ConfigChange> changes, bool replacesAll, bool validateOnly)
    {
        switch ((ConfigResourceType)type)
        {
            case ConfigResourceType.Topic when !authorizer.MayTopic(context, AclOperation.AlterConfigs, name):
                return (ErrorCode.TopicAuthorizationFailed, "Authorization failed.");
            case ConfigResourceType.Broker or ConfigResourceType.BrokerLogger
                when !authorizer.MayCluster(context, AclOperation.AlterConfigs):
                return (ErrorCode.ClusterAuthorizationFailed, "Authorization failed.");
            case ConfigResourceType.Topic:
                var outcome = topics.Configure(name, before => OfTopic(replacesAll ? None : before, changes), validateOnly);
                return (outcome.Error, outcome.Message);
            case ConfigResourceType.Broker:
                return brokers.Configure(name, before => OfBroker(name, before, changes, replacesAll), validateOnly);
            case ConfigResourceType.BrokerLogger:
                return (ErrorCode.InvalidRequest, "The embedded broker has no loggers of its own to set.");
            default:
                return (ErrorCode.InvalidRequest, $"Unsupported resource type {type}");
        }
    }

    private static (ImmutableSortedDictionary<string, string> Configs, string? Refusal) OfTopic(
        ImmutableSortedDictionary<string, string> before, IReadOnlyList<ConfigChange> changes)
    {
        var (configs, refusal) = ApplyAll(before, changes, TopicConfigs.Find, name => $"Unknown topic config name: {name}");
        return (configs, refusal);
    }

    private static (ImmutableSortedDictionary<string, string> Configs, ConfigRefusal? Refusal) OfBroker(
        string broker, ImmutableSortedDictionary<string, string> before, IReadOnlyList<ConfigChange> changes, bool replacesAll)
    {
        var dropped = replacesAll ? before.Keys.Except(changes.Select(change => change.Name)) : [];
        IReadOnlyList<ConfigChange> all = [.. changes, .. dropped.Select(name => new ConfigChange(name, ConfigOperation.Delete, null))];
        if (all.Select(change => EligibleLeaderRule(broker, change)).FirstOrDefault(words => words is not null) is { } forbidden)
        {
            return (before, new ConfigRefusal(ErrorCode.InvalidConfig, forbidden));
        }

        var (configs, refusal) = ApplyAll(before, all, BrokerConfigs.FindDynamic, name =>
            $"Cannot update these configs dynamically: Set({name})");
        refusal ??= configs.Select(set => BrokerConfigs.FindDynamic(set.Key)!.Refusal(set.Value))
            .FirstOrDefault(words => words is not null);
        return (configs, refusal is null ? null : new ConfigRefusal(ErrorCode.InvalidRequest, refusal));
    }

    /// <summary>
    /// Who may lead depends on this value (KIP-966), so Kafka 4 lets it be set for all brokers alone and never taken back.
    /// </summary>
    private static string? EligibleLeaderRule(string broker, ConfigChange change) =>
        change.Name != TopicConfigs.MinInSyncReplicas.BrokerName ? null
        : broker != ConfigLayers.AllBrokers ? "Broker-level min.insync.replicas cannot be altered while ELR is enabled."
        : change.Operation == ConfigOperation.Delete ? "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
        : null;

    private static (ImmutableSortedDictionary<string, string> Configs, string? Refusal) ApplyAll(
        ImmutableSortedDictionary<string, string> configs, IReadOnlyList<ConfigChange> changes,
        Func<string, ConfigDefinition?> find, Func<string, string> unknown)
    {
        if (changes.DistinctBy(c => c.Name, StringComparer.Ordinal).Count() != changes.Count)
        {
            return (configs, "A config is altered twice in one request");
        }

        foreach (var change in changes)
        {
            if (find(change.Name) is not { } definition)
            {
                return (configs, unknown(change.Name));
            }

            (configs, var refusal) = Apply(configs, definition, change);
            if (refusal is not null)
            {
                return (configs, refusal);
            }
        }

        return (configs, null);
    }

    /// <summary>One change; list operations are allowed on list configs only.</summary>
    private static (ImmutableSortedDictionary<string, string> Configs, string? Refusal) Apply(
        ImmutableSortedDictionary<string, string> configs, ConfigDefinition definition, ConfigChange change)
    {
        var name = definition.Name;
        if (change.Operation == ConfigOperation.Delete)
        {
            return (configs.Remove(name), null);
        }

        if (change.Value is not { } value)
        {
            return (configs, $"Null value not supported for {name}");
        }

        if (change.Operation == ConfigOperation.Set)
        {
            return (configs.SetItem(name, value), null);
        }

        if (change.Operation is not (ConfigOperation.Append or ConfigOperation.Subtract) || definition.Type != ConfigType.List)
        {
            return (configs, $"Config value {change.Operation} is not allowed for config {name}");
        }

        var members = ConfigDefinition.Members(configs.GetValueOrDefault(name, definition.Default));
        var operands = ConfigDefinition.Members(value);
        var result = change.Operation == ConfigOperation.Append ? members.Union(operands) : members.Except(operands);
        return (configs.SetItem(name, string.Join(',', result)), null);
    }
}
