using System.Collections.Frozen;
using System.Globalization;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>The broker configs that clients and tools read, with what this broker does.</summary>
public static class BrokerConfigs
{
    private static readonly FrozenDictionary<string, ConfigDefinition> Dynamic = TopicConfigs.All.Where(d => d.BrokerName is not null)
        .ToFrozenDictionary(d => d.BrokerName!, d => d with { Name = d.BrokerName! }, StringComparer.Ordinal);

    /// <summary>What can be set while the broker runs: the defaults of topics, under the broker's names.</summary>
    public static IEnumerable<ConfigDefinition> AllDynamic => Dynamic.Values;

    /// <summary>The definition of a config that can be set while the broker runs; null for any other.</summary>
    public static ConfigDefinition? FindDynamic(string name) => Dynamic.GetValueOrDefault(name);

    /// <summary>What the broker was started with, each as its default.</summary>
    public static IReadOnlyList<ConfigDefinition> Static(EmbeddedBrokerOptions options)
    {
        var own = new List<ConfigDefinition>
        {
            new("auto.create.topics.enable", ConfigType.Boolean, options.AutoCreateTopics ? "true" : "false"),
            new("broker.id", ConfigType.Int, options.NodeId.ToString(CultureInfo.InvariantCulture)),
            new("node.id", ConfigType.Int, options.NodeId.ToString(CultureInfo.InvariantCulture)),
            new("process.roles", ConfigType.List, "broker,controller"),
            new("default.replication.factor", ConfigType.Int, "1"),
            new("num.partitions", ConfigType.Int, options.DefaultPartitions.ToString(CultureInfo.InvariantCulture)),
            new("delete.topic.enable", ConfigType.Boolean, "true"),
            new("log.dirs", ConfigType.String, options.DataDirectory),
            new("sasl.enabled.mechanisms", ConfigType.List, string.Join(',', Security.SaslMechanisms.All)),
            new("offsets.topic.replication.factor", ConfigType.Short, "1"),
            new("transaction.state.log.replication.factor", ConfigType.Short, "1"),
            new("transaction.max.timeout.ms", ConfigType.Int, "900000"),
            new("group.min.session.timeout.ms", ConfigType.Int, "6000"),
            new("group.max.session.timeout.ms", ConfigType.Int, "1800000"),
            new("group.initial.rebalance.delay.ms", ConfigType.Int, "0"),
            new("offsets.retention.minutes", ConfigType.Int, "10080"),
        };
        return own;
    }
}
