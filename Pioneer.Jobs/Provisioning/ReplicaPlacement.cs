namespace Pioneer.Jobs.Provisioning;

/// <summary>Chooses brokers for replicas that are to be added.</summary>
internal static class ReplicaPlacement
{
    /// <summary>
    /// Each partition's replicas, those there are first and in their order, so that leaders stay where they are, then others on brokers that hold fewest of
    /// the topic. Replicas on brokers that are no more are replaced.
    /// </summary>
    /// <param name="current">Brokers by partition.</param>
    /// <param name="live">Brokers that take a new replica now.</param>
    /// <param name="isKnown">False for a broker that was unregistered for good.</param>
    /// <param name="wanted">Replicas of each partition, no more than there are live brokers; a partition that has more keeps them.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Extend(
        IReadOnlyList<int[]> current, IReadOnlyCollection<int> live, Func<int, bool> isKnown, int wanted)
    {
        var held = live.ToDictionary(broker => broker, broker => current.Count(replicas => replicas.Contains(broker)));
        var extended = new List<IReadOnlyList<int>>(current.Count);
        foreach (var replicas in current)
        {
            var next = replicas.Where(isKnown).ToList();
            foreach (var broker in live.Where(broker => !next.Contains(broker)).OrderBy(broker => held[broker]).ThenBy(broker => broker).Take(wanted - next.Count).ToList())
            {
                next.Add(broker);
                held[broker]++;
            }

            extended.Add(next);
        }

        return extended;
    }
}
