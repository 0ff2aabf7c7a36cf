using System.Text;
using Confluent.Kafka;

namespace Pioneer.Jobs.Seeding;

/// <summary>The latest record of a key below a bound.</summary>
public sealed record FoldedRow(byte[] Key, byte[] Value, int Partition, long Offset, Timestamp Timestamp);

/// <summary>The state that a topic holds below a bound.</summary>
/// <param name="Rows">One for each living key, in the order of partitions and offsets.</param>
/// <param name="Doubled">
/// Keys with records in more than one partition, of which at least one is a value: between partitions Kafka keeps no order, and compaction in one never
/// removes what lies in another, so what the latest of such a key is, is a guess by timestamps.
/// </param>
/// <param name="NewestAt">Timestamp of the newest record that was read; null where there was none.</param>
public sealed record FoldedTopic(IReadOnlyList<FoldedRow> Rows, IReadOnlyList<DoubledKey> Doubled, DateTimeOffset? NewestAt);

/// <summary>A key that lies in several partitions.</summary>
public sealed record DoubledKey(byte[] Key, IReadOnlyCollection<int> Partitions)
{
    /// <summary>In words, such as <c>"TR00" in partitions 0 and 2</c>.</summary>
    public override string ToString() => $"{Encoding.UTF8.GetString(Key)} in partitions {string.Join(" and ", Partitions)}";
}
