namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>Where a config's value comes from; numbers are those of the wire.</summary>
public enum ConfigSource : sbyte
{
    DynamicTopic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
}

/// <summary>A value of a config at one of the places that can give it one.</summary>
/// <param name="Name">The config's name there: a broker gives a topic's default under another name.</param>
/// <param name="Value">The value.</param>
/// <param name="Source">The place.</param>
public sealed record ConfigLayer(string Name, string Value, ConfigSource Source);

/// <summary>The values that a config has, strongest first: the topic's own, this broker's, the cluster's, Kafka's default.</summary>
public static class ConfigLayers
{
    /// <summary>Name of the resource that stands for all brokers.</summary>
    public const string AllBrokers = "";

    /// <summary>All layers of a topic's config; the first is in force.</summary>
    public static IReadOnlyList<ConfigLayer> OfTopic(ConfigDefinition definition, TopicMetadata topic, ClusterState state, string broker)
    {
        var layers = new List<ConfigLayer>();
        if (topic.Configs.TryGetValue(definition.Name, out var own))
        {
            layers.Add(new ConfigLayer(definition.Name, own, ConfigSource.DynamicTopic));
        }

        if (definition.BrokerName is not { } brokerName)
        {
            layers.Add(new ConfigLayer(definition.Name, definition.Default, ConfigSource.Default));
            return layers;
        }

        return [.. layers, .. OfBrokers(definition with { Name = brokerName }, state, broker)];
    }

    /// <summary>All layers of a broker's config that can be set while it runs; the first is in force.</summary>
    public static IReadOnlyList<ConfigLayer> OfBrokers(ConfigDefinition definition, ClusterState state, string broker)
    {
        var layers = new List<ConfigLayer>();
        foreach (var (resource, source) in new[] { (broker, ConfigSource.DynamicBroker), (AllBrokers, ConfigSource.DynamicDefaultBroker) })
        {
            if (state.Configs(ConfigResourceType.Broker, resource).TryGetValue(definition.Name, out var value))
            {
                layers.Add(new ConfigLayer(definition.Name, value, source));
            }
        }

        layers.Add(new ConfigLayer(definition.Name, definition.Default, ConfigSource.Default));
        return layers;
    }

    /// <summary>The configs in force on a topic, by their names as a topic's.</summary>
    public static IReadOnlyDictionary<string, string> InForce(TopicMetadata topic, ClusterState state, string broker) =>
        TopicConfigs.All.ToDictionary(config => config.Name, config => OfTopic(config, topic, state, broker)[0].Value, StringComparer.Ordinal);
}
