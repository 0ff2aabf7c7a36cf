using System.Globalization;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// Replicas of topics, and how many of them a write has to reach. Never fewer than there are; fewer than wanted only with a person's consent.
/// </summary>
internal static class ReplicationPlanning
{
    private const string Type = "replication";

    /// <summary>
    /// A new topic. Where the cluster has fewer brokers than wanted it would be kept on those there are: somebody has to agree, and when brokers come,
    /// the next plan adds the replicas.
    /// </summary>
    public static void Create(PlanBuilder plan, TopicSpec topic, ObservedBrokers brokers)
    {
        var possible = (short)Math.Min(topic.ReplicationFactor, brokers.Count);
        if (possible == topic.ReplicationFactor)
        {
            plan.Add(PlanPhase.CreateTopics, new TopicChange(ChangeKind.Create, ChangeRisk.Safe, topic));
            return;
        }

        var strictness = new WantedProtection(topic.ReplicationFactor, (short)ConfigRisk.Number(Strictness(topic), unknown: 1)).On(possible).MinInSyncReplicas;
        var smaller = topic with
        {
            ReplicationFactor = possible,
            Configs = topic.Configs.SetItem(ConfigRisk.MinInSyncReplicas, strictness.ToString(CultureInfo.InvariantCulture)),
        };
        plan.Add(PlanPhase.CreateTopics, new TopicChange(ChangeKind.Create, ChangeRisk.WeakensProtection, smaller));
        plan.Note(
            Type, topic.Name, $"The topic would be kept on {possible} of {topic.ReplicationFactor} wanted brokers: the cluster shows {Plural.Of(brokers.Count, "broker")}.",
            "Wait for the others and plan again, or apply this plan with a confirmation; Pioneer adds the replicas when the brokers are there.");
    }

    public static void Compare(PlanBuilder plan, TopicSpec wanted, TopicSpec current, ObservedBrokers brokers)
    {
        if (current.ReplicationFactor >= wanted.ReplicationFactor)
        {
            return;
        }

        var reason = $"The topic is kept on {Plural.Of(current.ReplicationFactor, "broker")} where {wanted.ReplicationFactor} are wanted";
        if (brokers.Live.Length < wanted.ReplicationFactor)
        {
            var down = brokers.Down.IsEmpty ? "" : $" ({string.Join(", ", brokers.Down.Select(id => $"broker {id}"))} {(brokers.Down.Length == 1 ? "is" : "are")} down)";
            plan.Wait(
                Type, wanted.Name, $"{reason}, and {Plural.Of(brokers.Live.Length, "broker is", "brokers are")} up{down}.",
                "Pioneer adds the replicas when the brokers are back. If they are gone for good, lower the wanted number in the platform's settings.");
        }
        else if (brokers.TakesReassignments)
        {
            plan.Add(PlanPhase.ConfigureTopics, new ReplicationChange(wanted.Name, current.ReplicationFactor, wanted.ReplicationFactor, current.Partitions));
        }
        else
        {
            plan.Block(Type, wanted.Name, $"{reason}, and the cluster takes no requests to add replicas.", "Add them with the cluster's own tools; all brokers that it takes are up.");
        }
    }

    /// <summary>
    /// A setting of the topic as it can be set now. <c>min.insync.replicas</c> rises only as far as there are replicas for it: a topic that is stricter
    /// than its replicas in sync takes no writes at all.
    /// </summary>
    public static KeyValuePair<string, string> Attainable(PlanBuilder plan, KeyValuePair<string, string> setting, TopicSpec wanted, TopicSpec current)
    {
        if (setting.Key != ConfigRisk.MinInSyncReplicas)
        {
            return setting;
        }

        var (asked, now) = (ConfigRisk.Number(setting.Value, unknown: 1), ConfigRisk.Number(Strictness(current), unknown: long.MaxValue));
        var reachable = new WantedProtection(wanted.ReplicationFactor, (short)asked).On(current.ReplicationFactor).MinInSyncReplicas;
        var next = asked < now ? asked : Math.Max(reachable, now);
        if (next > now && current.FewestInSync < next)
        {
            plan.Wait(
                ConfigRisk.MinInSyncReplicas, wanted.Name,
                $"Writes are to reach {next} brokers, and a partition of the topic is in sync on {Plural.Of(current.FewestInSync.Value, "broker")} only.",
                "Pioneer sets it when the replicas have caught up; set now it would stop all writing.");
            next = now;
        }

        return next == now && Strictness(current) is { } same
            ? KeyValuePair.Create(setting.Key, same)
            : KeyValuePair.Create(setting.Key, next.ToString(CultureInfo.InvariantCulture));
    }

    private static string? Strictness(TopicSpec topic) => topic.Configs.GetValueOrDefault(ConfigRisk.MinInSyncReplicas);
}
