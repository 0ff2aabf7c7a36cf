using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>The brokers of a cluster by id, as the cluster tells them.</summary>
/// <param name="Live">Those that are up.</param>
/// <param name="Registered">
/// Those and the ones that are down (KIP-1073, Apache Kafka 4.0); default where the cluster tells of live brokers only.
/// </param>
/// <param name="TakesReassignments">It adds replicas to topics on request (KIP-455).</param>
public sealed record ObservedBrokers(ImmutableArray<int> Live, ImmutableArray<int> Registered, bool TakesReassignments)
{
    /// <summary>A cluster of one that says nothing else of itself.</summary>
    public static readonly ObservedBrokers One = new([1], default, TakesReassignments: false);

    /// <summary>Brokers that a topic can have replicas on: Kafka 4 puts replicas on registered brokers that are down, too.</summary>
    public int Count => (Registered.IsDefault ? Live : Registered).Length;

    /// <summary>Brokers that are known to be down.</summary>
    public ImmutableArray<int> Down => Registered.IsDefault ? [] : Registered.RemoveRange(Live);

    /// <summary>Whether a replica on this broker counts: not on one that was unregistered for good.</summary>
    public bool Knows(int broker) => Registered.IsDefault || Registered.Contains(broker);

    public bool Equals(ObservedBrokers? other) =>
        other is not null && TakesReassignments == other.TakesReassignments && Live.SequenceEqual(other.Live)
        && Registered.IsDefault == other.Registered.IsDefault && (Registered.IsDefault || Registered.SequenceEqual(other.Registered));

    public override int GetHashCode() => HashCode.Combine(Live.Length, TakesReassignments);
}
