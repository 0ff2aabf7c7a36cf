namespace Pioneer.Domain.Recovery;

/// <summary>Says which brokers and partitions a round did not see, and whose records they hold.</summary>
public static class ClusterFindings
{
    /// <summary>What is wrong with the brokers' part of the round; nothing where it was not seen at all.</summary>
    /// <param name="flows">Of all tenants, in the order in which those affected are named.</param>
    public static IEnumerable<Finding> Of(IEnumerable<TenantFlow> flows, EvidenceRound round)
    {
        if (round.Cluster is not { } cluster)
        {
            yield break;
        }

        foreach (var broker in cluster.LostBrokers)
        {
            yield return new Finding(
                Scenario.BrokerLost, $"broker {broker}", $"Broker {broker} is gone",
                $"{Plural.Of(cluster.Brokers, "other broker goes", "other brokers go")} on.", []);
        }

        // after a crash every partition may be among them
        var tenants = cluster.Unseen.IsEmpty ? null : flows.SelectMany(flow => flow.Hops.Select(hop => (hop.Topic, flow.Tenant)))
            .Distinct().ToLookup(way => way.Topic, way => way.Tenant, StringComparer.Ordinal);
        foreach (var unseen in cluster.Unseen)
        {
            if (unseen.TopicOfPartition is { } topic && tenants!.Contains(topic))
            {
                yield return new Finding(
                    Scenario.PartitionOffline, unseen.Subject, $"Partition {unseen.Subject} is not served", unseen.Reason,
                    [.. tenants[topic]]);
            }
        }
    }
}
