using System.Collections.Immutable;

namespace Pioneer.Domain.Seeding;

/// <summary>The line between state and stream: per partition of the source topic, the first offset that the live query will read.</summary>
/// <param name="Offsets">Index = partition, value = offset.</param>
public sealed record SeedCut(ImmutableArray<long> Offsets)
{
    /// <inheritdoc/>
    public bool Equals(SeedCut? other) => other is not null && Offsets.AsSpan().SequenceEqual(other.Offsets.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Offsets.IsDefault ? 0 : Offsets.Aggregate(17, HashCode.Combine);
}
