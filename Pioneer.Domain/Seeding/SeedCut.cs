using System.Collections.Immutable;

namespace Pioneer.Domain.Seeding;

/// <summary>The line between state and stream, taken while the live query is paused.</summary>
/// <param name="Offsets">Index = partition of the source topic, value = the first offset that the live query will read.</param>
/// <param name="DeliveryStart">Index = partition of the delivery topic, value = its end: what follows, up to completion, is the seed's.</param>
public sealed record SeedCut(ImmutableArray<long> Offsets, ImmutableArray<long> DeliveryStart)
{
    /// <inheritdoc/>
    public bool Equals(SeedCut? other) => other is not null
        && Offsets.AsSpan().SequenceEqual(other.Offsets.AsSpan()) && DeliveryStart.AsSpan().SequenceEqual(other.DeliveryStart.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Offsets.Aggregate(17, HashCode.Combine);
}
