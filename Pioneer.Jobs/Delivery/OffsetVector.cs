using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// A reader's place in a topic: for every partition the offset of the next record, and the id of the topic that they are offsets of, written
/// <c>0:120:3,1:98:3@uXq3K0pGSiO9bV5v0d1o2A</c>; the third number is the leader epoch that the partition was last read in, where that is known. It is the id
/// of every event, so that a reader who names it gets exactly what came after, or is told that the topic is another one or its log was cut.
/// </summary>
public sealed partial record OffsetVector
{
    /// <summary>More than any topic of ours has; a longer text is not one of our ids.</summary>
    private const int MaxPartitions = 1000;

    /// <param name="next">Partition to offset.</param>
    /// <param name="topicId">In base64, of either alphabet.</param>
    /// <param name="epochs">Partition to leader epoch; none where it is not known.</param>
    public OffsetVector(ImmutableSortedDictionary<int, long> next, string? topicId, ImmutableSortedDictionary<int, int>? epochs = null)
    {
        Next = next;
        Epochs = epochs ?? ImmutableSortedDictionary<int, int>.Empty;
        // a '+' in a query string is read as a space
        TopicId = topicId?.Replace('+', '-').Replace('/', '_');
    }

    /// <summary>Nowhere yet.</summary>
    public static OffsetVector Empty { get; } = new(ImmutableSortedDictionary<int, long>.Empty, null);

    /// <summary>For every partition the offset of the next record.</summary>
    public ImmutableSortedDictionary<int, long> Next { get; }

    /// <summary>Id of the topic in base64 for addresses; null in ids from before they named it.</summary>
    public string? TopicId { get; }

    /// <summary>
    /// The leader epoch that each place was reached in, where it is known: a log that was cut ends this epoch before the place, however far it was filled again.
    /// </summary>
    public ImmutableSortedDictionary<int, int> Epochs { get; }

    /// <summary>The place after the record at <paramref name="offset"/> was read.</summary>
    /// <param name="epoch">The leader epoch that the record was written in; null where it is not known.</param>
    public OffsetVector After(int partition, long offset, int? epoch = null) =>
        new(Next.SetItem(partition, offset + 1), TopicId, epoch is { } known ? Epochs.SetItem(partition, known) : Epochs.Remove(partition));

    /// <summary>Whether these are places in the topic with that id, as far as they say; <paramref name="topicId"/> in either alphabet.</summary>
    public bool IsOf(string topicId) => TopicId is null || TopicId == new OffsetVector(Next, topicId).TopicId;

    public static bool TryParse(string? text, [NotNullWhen(true)] out OffsetVector? vector)
    {
        vector = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        var topicId = at < 0 ? null : text[(at + 1)..];
        var parts = (at < 0 ? text : text[..at]).Split(',', MaxPartitions + 1);
        if (parts.Length > MaxPartitions || (topicId is not null && !UrlSafeId().IsMatch(topicId)))
        {
            return false;
        }

        var next = ImmutableSortedDictionary.CreateBuilder<int, long>();
        var epochs = ImmutableSortedDictionary.CreateBuilder<int, int>();
        foreach (var part in parts)
        {
            var pair = part.Split(':');
            var epoch = 0;
            if (pair.Length is not (2 or 3)
                || (pair.Length == 3 && !int.TryParse(pair[2], NumberStyles.None, CultureInfo.InvariantCulture, out epoch))
                || !int.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            {
                return false;
            }

            next[partition] = offset;
            if (pair.Length == 3)
            {
                epochs[partition] = epoch;
            }
        }

        vector = new OffsetVector(next.ToImmutable(), topicId, epochs.ToImmutable());
        return true;
    }

    public bool Equals(OffsetVector? other) => other is not null && TopicId == other.TopicId && Next.SequenceEqual(other.Next) && Epochs.SequenceEqual(other.Epochs);

    public override int GetHashCode() => Next.Aggregate(TopicId?.GetHashCode(StringComparison.Ordinal) ?? 0, (hash, pair) => HashCode.Combine(hash, pair.Key, pair.Value));

    public override string ToString()
    {
        var places = string.Join(',', Next.Select(pair => string.Create(
            CultureInfo.InvariantCulture, $"{pair.Key}:{pair.Value}{(Epochs.TryGetValue(pair.Key, out var epoch) ? $":{epoch}" : "")}")));
        return TopicId is null ? places : $"{places}@{TopicId}";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{22}\z")]
    private static partial Regex UrlSafeId();
}
