using System.Globalization;
using Pioneer.Embedded.Broker.Cluster;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>A config in force.</summary>
/// <param name="Definition">Which.</param>
/// <param name="Layers">Its values, the one in force first; never empty.</param>
internal sealed record ConfigEntry(ConfigDefinition Definition, IReadOnlyList<ConfigLayer> Layers)
{
    public string Value => Layers[0].Value;

    public ConfigSource Source => Layers[0].Source;
}

/// <summary>The configs in force on a resource.</summary>
internal static class ConfigEntries
{
    public static IEnumerable<ConfigEntry> OfTopic(TopicService topics, TopicMetadata topic) =>
        TopicConfigs.All.Select(definition => new ConfigEntry(definition, topics.LayersOf(definition, topic)));

    /// <summary>What the broker was started with, and what can be set while it runs.</summary>
    public static IEnumerable<ConfigEntry> OfBroker(EmbeddedBrokerOptions options, ClusterState state)
    {
        var broker = options.NodeId.ToString(CultureInfo.InvariantCulture);
        return BrokerConfigs.Static(options)
            .Select(definition =>
                new ConfigEntry(definition, [new ConfigLayer(definition.Name, definition.Default, ConfigSource.StaticBroker)]))
            .Concat(BrokerConfigs.AllDynamic.Select(definition =>
                new ConfigEntry(definition, ConfigLayers.OfBrokers(definition, state, broker))))
            .OrderBy(entry => entry.Definition.Name, StringComparer.Ordinal);
    }

    /// <summary>What is set for all brokers.</summary>
    public static IEnumerable<ConfigEntry> OfAllBrokers(ClusterState state) =>
        state.Configs(ConfigResourceType.Broker, ConfigLayers.AllBrokers).Select(set => new ConfigEntry(
            BrokerConfigs.FindDynamic(set.Key)!, [new ConfigLayer(set.Key, set.Value, ConfigSource.DynamicDefaultBroker)]));
}
