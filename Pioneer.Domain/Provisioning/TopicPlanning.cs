using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>Topics, their configs and partitions; replicas in <see cref="ReplicationPlanning"/>.</summary>
internal static class TopicPlanning
{
    public static void Add(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var found = observed.Topics.ToDictionary(topic => topic.Name);
        var wanted = new HashSet<string>(desired.Topics.Select(topic => topic.Name));
        var metricNames = observed.Topics.ToLookup(topic => MetricName(topic.Name), topic => topic.Name);
        foreach (var topic in desired.Topics)
        {
            if (found.TryGetValue(topic.Name, out var current))
            {
                Compare(plan, topic, current, observed.Brokers);
            }
            else if (metricNames[MetricName(topic.Name)].FirstOrDefault() is { } other)
            {
                plan.Withhold(
                    new TopicChange(ChangeKind.Create, ChangeRisk.Safe, topic),
                    $"There is a topic '{other}', and Kafka refuses a second one that its metrics could not tell from it ('.' and '_' count as the same).",
                    $"Delete '{other}', or give the feed or subscription another name.");
            }
            else
            {
                ReplicationPlanning.Create(plan, topic, observed.Brokers);
            }
        }

        foreach (var topic in observed.Topics.Where(topic => !wanted.Contains(topic.Name)))
        {
            if (desired.Retired.Topics.Contains(topic.Name))
            {
                plan.Add(PlanPhase.DeleteTopics, new TopicChange(ChangeKind.Delete, ChangeRisk.DestroysData, topic) { IsAskedFor = true });
            }
            else if (!desired.Retired.KeptTopics.Contains(topic.Name) && !desired.Retired.LooksAfter(topic.Name) && PlanScope.HasTopic(desired, topic.Name))
            {
                plan.Foreign("topic", topic.Name);
            }
        }
    }

    private static void Compare(PlanBuilder plan, TopicSpec wanted, TopicSpec current, ObservedBrokers brokers)
    {
        if (current.Partitions < wanted.Partitions && wanted.Configs.GetValueOrDefault("cleanup.policy") == "compact")
        {
            plan.Block(
                "partitions", wanted.Name,
                $"The topic keeps the latest value of every key in {Plural.Of(current.Partitions, "partition")} where {wanted.Partitions} are wanted. With more, changed rows would go "
                    + "to other partitions, and their old values would stay beside them for ever.",
                $"Set the feed's partitions to {current.Partitions}, or take the feed from the tenant with its data and grant it again.");
        }
        else if (current.Partitions < wanted.Partitions)
        {
            plan.Add(PlanPhase.ConfigureTopics, new PartitionChange(wanted.Name, current.Partitions, wanted.Partitions));
        }
        else if (current.Partitions > wanted.Partitions)
        {
            plan.Block(
                "partitions", wanted.Name,
                $"The topic has {current.Partitions} partitions where {wanted.Partitions} are wanted, and Kafka cannot take partitions away.",
                $"Set the wanted number to {current.Partitions}.");
        }

        ReplicationPlanning.Compare(plan, wanted, current, brokers);

        // One change for each risk: what protects better is not to wait for the consent to what protects less.
        var differing = wanted.Configs.Select(pair => ReplicationPlanning.Attainable(plan, pair, wanted, current))
            .Where(pair => current.Configs.GetValueOrDefault(pair.Key) != pair.Value)
            .GroupBy(pair => ConfigRisk.Of(pair.Key, current.Configs.GetValueOrDefault(pair.Key), pair.Value));
        foreach (var group in differing)
        {
            plan.Add(PlanPhase.ConfigureTopics, new TopicConfigChange(
                wanted.Name,
                group.ToImmutableSortedDictionary(pair => pair.Key, pair => current.Configs.GetValueOrDefault(pair.Key)),
                group.ToImmutableSortedDictionary(pair => pair.Key, pair => (string?)pair.Value)));
        }
    }

    private static string MetricName(string topic) => topic.Replace('.', '_');
}
