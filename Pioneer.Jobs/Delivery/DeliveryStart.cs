using System.Collections.Immutable;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Delivery;

/// <summary>Where a reader of a delivery topic begins.</summary>
public abstract record DeliveryStart
{
    private DeliveryStart()
    {
    }

    /// <summary>With the oldest record that is kept.</summary>
    public static DeliveryStart Earliest { get; } = new FromEarliest();

    /// <summary>With the next record that comes.</summary>
    public static DeliveryStart Latest { get; } = new FromLatest();

    /// <summary>With the last records of each partition.</summary>
    public static DeliveryStart Last(int records) => new FromLast(records);

    /// <summary>
    /// Where an earlier reader was; partitions that it did not know begin with their first record, and so does what is no place in this topic (any
    /// more).
    /// </summary>
    public static DeliveryStart At(OffsetVector vector) => new FromVector(vector);

    /// <summary>What an API caller may say: <c>earliest</c>, <c>latest</c> or an event's id; null for anything else.</summary>
    public static DeliveryStart? Parse(string? text) => text switch
    {
        null or "" or "latest" => Latest,
        "earliest" => Earliest,
        _ => OffsetVector.TryParse(text, out var vector) ? At(vector) : null,
    };

    /// <summary>The place in a log, and what of it cannot be had.</summary>
    internal virtual DeliveryPlace In(TopicLog log) => new(
        new OffsetVector(log.Partitions.ToImmutableSortedDictionary(pair => pair.Key, pair => Place(pair.Key, pair.Value.Start, pair.Value.End)), log.TopicId), []);

    private protected abstract long Place(int partition, long start, long end);

    private sealed record FromEarliest : DeliveryStart
    {
        private protected override long Place(int partition, long start, long end) => start;
    }

    private sealed record FromLatest : DeliveryStart
    {
        private protected override long Place(int partition, long start, long end) => end;
    }

    private sealed record FromLast(int Records) : DeliveryStart
    {
        private protected override long Place(int partition, long start, long end) => Math.Max(start, end - Records);
    }

    private sealed record FromVector(OffsetVector Vector) : DeliveryStart
    {
        internal override DeliveryPlace In(TopicLog log)
        {
            if (IsOfAnother(log))
            {
                return Earliest.In(log) with { Gaps = [.. Vector.Next.Select(place => DeliveryGap.TopicMadeAnew(place.Key, place.Value))] };
            }

            return base.In(log) with { Gaps = [.. Vector.Next.Select(place => GapAt(place.Key, place.Value, log.Partitions[place.Key])).OfType<DeliveryGap>()] };
        }

        private protected override long Place(int partition, long start, long end) =>
            Vector.Next.TryGetValue(partition, out var asked) && asked >= start && asked <= end ? asked : start;

        /// <summary>An id that does not name its topic gives itself away where one of its places cannot be in this log: then none of them is one.</summary>
        private bool IsOfAnother(TopicLog log) =>
            !Vector.IsOf(log.TopicId)
            || Vector.Next.Any(place => !log.Partitions.TryGetValue(place.Key, out var known) || (Vector.TopicId is null && place.Value > known.End));

        private static DeliveryGap? GapAt(int partition, long asked, (long Start, long End) log) =>
            asked < log.Start ? DeliveryGap.Expired(partition, asked, log.Start)
            : asked > log.End ? DeliveryGap.BeyondEnd(partition, asked, log.End, log.Start)
            : null;
    }
}

/// <summary>Where a reader goes on in a log, and what of the place that it asked for is not in it.</summary>
internal sealed record DeliveryPlace(OffsetVector Start, ImmutableArray<DeliveryGap> Gaps);
