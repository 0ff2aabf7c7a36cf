using Pioneer.Embedded.Broker.Cluster;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Where a config's value comes from; numbers are those of the wire.</summary>
internal enum ConfigSource : sbyte
{
    DynamicTopic = 1,
    StaticBroker = 4,
    Default = 5,
}

/// <summary>A config in force.</summary>
internal sealed record ConfigEntry(ConfigDefinition Definition, string Value, ConfigSource Source);

/// <summary>The configs in force on a resource.</summary>
internal static class ConfigEntries
{
    public static IEnumerable<ConfigEntry> OfTopic(TopicMetadata topic) =>
        TopicConfigs.All.Select(definition => topic.Configs.TryGetValue(definition.Name, out var value)
            ? new ConfigEntry(definition, value, ConfigSource.DynamicTopic)
            : new ConfigEntry(definition, definition.Default, ConfigSource.Default));

    public static IEnumerable<ConfigEntry> OfBroker(EmbeddedBrokerOptions options) =>
        BrokerConfigs.Describe(options).Select(definition => new ConfigEntry(definition, definition.Default, ConfigSource.StaticBroker));
}
