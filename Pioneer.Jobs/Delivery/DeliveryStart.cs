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
    internal virtual DeliveryPlace In(TopicLog log) => DeliveryPlace.In(
        log, log.Partitions.ToImmutableSortedDictionary(pair => pair.Key, pair => Place(pair.Key, pair.Value.Start, pair.Value.End)),
        log.Epochs.ToImmutableSortedDictionary(), []);

    /// <summary>The leader epochs that the places were reached in, for the log to be asked about.</summary>
    internal virtual IReadOnlyDictionary<int, int> Epochs => ImmutableSortedDictionary<int, int>.Empty;

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
        internal override IReadOnlyDictionary<int, int> Epochs => Vector.Epochs;

        internal override DeliveryPlace In(TopicLog log)
        {
            if (IsOfAnother(log))
            {
                return Earliest.In(log) with { Gaps = [.. Vector.Next.Select(place => DeliveryGap.TopicMadeAnew(place.Key, place.Value))] };
            }

            // what readers may see lags behind for a moment after a change of leaders: a place that the log itself still goes to is none beyond its end
            var whole = log with
            {
                Partitions = log.Partitions.ToDictionary(pair => pair.Key, pair => (pair.Value.Start, Math.Max(pair.Value.End, KeptTo(log, pair.Key) ?? 0))),
            };
            var found = base.In(whole);
            var gaps = Vector.Next.Select(place => GapAt(place.Key, place.Value, whole.Partitions[place.Key], KeptTo(log, place.Key)))
                .OfType<DeliveryGap>().ToImmutableArray();
            var next = found.Start.Next;
            // a place that the log still has is one under its leader of now too; where no leader told, it is known under that of then only
            var epochs = found.Start.Epochs.SetItems(Vector.Epochs.Where(epoch => KeptTo(log, epoch.Key) is null || !log.Epochs.ContainsKey(epoch.Key)));
            foreach (var gap in gaps)
            {
                if (gap.Reason is DeliveryGapReason.LogCut)
                {
                    next = next.SetItem(gap.Partition, Math.Max(log.KeptTo[gap.Partition], log.Partitions[gap.Partition].Start));
                }

                epochs = log.Epochs.TryGetValue(gap.Partition, out var now) ? epochs.SetItem(gap.Partition, now) : epochs.Remove(gap.Partition);
            }

            return DeliveryPlace.In(log, next, epochs, gaps);
        }

        private protected override long Place(int partition, long start, long end) =>
            Vector.Next.TryGetValue(partition, out var asked) && asked >= start && asked <= end ? asked : start;

        /// <summary>An id that does not name its topic gives itself away where one of its places cannot be in this log: then none of them is one.</summary>
        private bool IsOfAnother(TopicLog log) =>
            !Vector.IsOf(log.TopicId)
            || Vector.Next.Any(place => !log.Partitions.TryGetValue(place.Key, out var known) || (Vector.TopicId is null && place.Value > known.End));

        private static long? KeptTo(TopicLog log, int partition) => log.KeptTo.TryGetValue(partition, out var kept) ? kept : null;

        private static DeliveryGap? GapAt(int partition, long asked, (long Start, long End) log, long? keptTo) =>
            keptTo < asked ? DeliveryGap.LogCut(partition, asked, keptTo.Value, Math.Max(keptTo.Value, log.Start))
            : asked < log.Start ? DeliveryGap.Expired(partition, asked, log.Start)
            : asked > log.End ? DeliveryGap.BeyondEnd(partition, asked, log.End, log.Start)
            : null;
    }
}

/// <summary>Where a reader goes on in a log, and what of the place that it asked for is not in it.</summary>
/// <param name="Behind">Offsets between the place and the end of the log, over all partitions.</param>
internal sealed record DeliveryPlace(OffsetVector Start, ImmutableArray<DeliveryGap> Gaps, long Behind)
{
    /// <summary>Whether one reader may begin here for all that are further on: they wait for it that long.</summary>
    public bool IsNear => Behind <= RecentEvents.Most;

    public static DeliveryPlace In(
        TopicLog log, ImmutableSortedDictionary<int, long> next, ImmutableSortedDictionary<int, int> epochs, ImmutableArray<DeliveryGap> gaps) =>
        new(new OffsetVector(next, log.TopicId, epochs), gaps, next.Sum(place => Math.Max(0, log.Partitions[place.Key].End - place.Value)));
}
