using System.Globalization;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>The broker configs that clients and tools read, with what this broker does.</summary>
public static class BrokerConfigs
{
    /// <summary>The values in force: the defaults of topics under the broker's names, and what the broker was started with.</summary>
    public static IReadOnlyList<ConfigDefinition> Describe(EmbeddedBrokerOptions options)
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
        own.AddRange(TopicConfigs.All.Where(d => d.BrokerName is not null).Select(d => d with { Name = d.BrokerName! }));
        return [.. own.OrderBy(d => d.Name, StringComparer.Ordinal)];
    }
}
