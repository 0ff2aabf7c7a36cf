using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Domain.Provisioning;

/// <summary>Topics, their configs and partitions.</summary>
internal static class TopicPlanning
{
    private const string RetentionMs = "retention.ms";

    public static void Add(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var found = observed.Topics.ToDictionary(topic => topic.Name);
        var wanted = new HashSet<string>(desired.Topics.Select(topic => topic.Name));
        foreach (var topic in desired.Topics)
        {
            if (found.TryGetValue(topic.Name, out var current))
            {
                Compare(plan, topic, current);
            }
            else
            {
                plan.Add(PlanPhase.CreateTopics, new TopicChange(ChangeKind.Create, ChangeRisk.Safe, topic));
            }
        }

        foreach (var topic in observed.Topics.Where(topic => !wanted.Contains(topic.Name)))
        {
            if (desired.Retired.Topics.Contains(topic.Name))
            {
                plan.Add(PlanPhase.DeleteTopics, new TopicChange(ChangeKind.Delete, ChangeRisk.DestroysData, topic));
            }
            else if (!desired.Retired.KeptTopics.Contains(topic.Name) && !desired.Retired.LooksAfter(topic.Name) && PlanScope.HasTopic(desired, topic.Name))
            {
                plan.Foreign("topic", topic.Name);
            }
        }
    }

    private static void Compare(PlanBuilder plan, TopicSpec wanted, TopicSpec current)
    {
        if (current.Partitions < wanted.Partitions)
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

        if (current.ReplicationFactor < wanted.ReplicationFactor)
        {
            plan.Block(
                "replication", wanted.Name,
                $"The topic is kept on {current.ReplicationFactor} brokers where {wanted.ReplicationFactor} are wanted.",
                "Reassign its replicas with kafka-reassign-partitions.sh; Pioneer goes on when they are in place.");
        }

        var differing = wanted.Configs.Where(pair => current.Configs.GetValueOrDefault(pair.Key) != pair.Value).ToList();
        if (differing.Count > 0)
        {
            plan.Add(PlanPhase.ConfigureTopics, new TopicConfigChange(
                wanted.Name,
                differing.ToImmutableSortedDictionary(pair => pair.Key, pair => current.Configs.GetValueOrDefault(pair.Key)),
                differing.ToImmutableSortedDictionary(pair => pair.Key, pair => (string?)pair.Value),
                differing.Exists(pair => DropsRecords(pair.Key, current.Configs.GetValueOrDefault(pair.Key), pair.Value))
                    ? ChangeRisk.DestroysData
                    : ChangeRisk.Safe));
        }
    }

    // A shorter retention, or compaction where there was none, deletes records that were kept until now.
    private static bool DropsRecords(string key, string? current, string wanted) => key switch
    {
        RetentionMs => Milliseconds(wanted) < Milliseconds(current),
        "cleanup.policy" => true,
        _ => false,
    };

    // -1 keeps for ever.
    private static long Milliseconds(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : long.MaxValue;
}
