using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// A reader's place in a topic: for every partition the offset of the next record, written <c>0:120,1:98</c>. It is the id of every event, so
/// that a reader who names it gets exactly what came after.
/// </summary>
public sealed record OffsetVector(ImmutableSortedDictionary<int, long> Next)
{
    /// <summary>More than any topic of ours has; a longer text is not one of our ids.</summary>
    private const int MaxPartitions = 1000;

    public static OffsetVector Empty { get; } = new(ImmutableSortedDictionary<int, long>.Empty);

    /// <summary>The place after the record at <paramref name="offset"/> was read.</summary>
    public OffsetVector After(int partition, long offset) => new(Next.SetItem(partition, offset + 1));

    public static bool TryParse(string? text, [NotNullWhen(true)] out OffsetVector? vector)
    {
        vector = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var parts = text.Split(',', MaxPartitions + 1);
        if (parts.Length > MaxPartitions)
        {
            return false;
        }

        var next = ImmutableSortedDictionary.CreateBuilder<int, long>();
        foreach (var part in parts)
        {
            var pair = part.Split(':');
            if (pair.Length != 2
                || !int.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            {
                return false;
            }

            next[partition] = offset;
        }

        vector = new OffsetVector(next.ToImmutable());
        return true;
    }

    public bool Equals(OffsetVector? other) => other is not null && Next.SequenceEqual(other.Next);

    public override int GetHashCode() => Next.Aggregate(0, (hash, pair) => HashCode.Combine(hash, pair.Key, pair.Value));

    public override string ToString() =>
        string.Join(',', Next.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}:{pair.Value}")));
}
