using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Jobs.Delivery;

namespace Pioneer.Jobs.Topics;

/// <summary>
/// One reading: in which order parts of the log are read, and what of it is given. Forwards each partition is read from its place on; backwards windows before the
/// place are read, each from its start, as consumers can. Where it ended is exact for each partition, so that pages miss and repeat nothing.
/// </summary>
/// <param name="log">First and next offset of each partition that is read.</param>
internal sealed class RecordReading(string topicId, IReadOnlyDictionary<int, (long Start, long End)> log, RecordScan scan, int limit, bool isSearch, string principal)
{
    private const int LargestWindow = 20_000, SmallestSearch = 1_000, Growth = 4;

    private readonly Dictionary<int, LookedAt> _looked = [];

    /// <summary>From the places given on, oldest first.</summary>
    public (IEnumerable<ConsumeResult<byte[]?, byte[]?>> Records, string? Next, ReadingEnd End, IEnumerable<LookedAt> Looked) Forwards(
        IReadOnlyDictionary<int, long> places, CancellationToken ct)
    {
        var ranges = log.Select(partition => new PartitionFind(partition.Key, Within(partition.Value, places.GetValueOrDefault(partition.Key)), partition.Value.End)).ToList();
        scan.Read(ranges, limit, keepNewest: false, principal, ct);
        var given = Merge(ranges, newestFirst: false);
        var next = ranges.ToDictionary(range => range.Partition, range => range.Found.First?.Value.Offset.Value ?? range.Reached);
        Note(ranges.Select(range => new LookedAt(range.Partition, range.From, Math.Max(range.Reached, range.From))));
        var isMore = ranges.Exists(range => next[range.Partition] < range.To);
        return (given, isMore ? Cursor('>', next) : null, EndOf(given.Count, isMore), _looked.Values);
    }

    /// <summary>From the places given back, newest first.</summary>
    public (IEnumerable<ConsumeResult<byte[]?, byte[]?>> Records, string? Next, ReadingEnd End, IEnumerable<LookedAt> Looked) Backwards(
        IReadOnlyDictionary<int, long> places, CancellationToken ct)
    {
        var given = new List<ConsumeResult<byte[]?, byte[]?>>();
        var to = log.ToDictionary(partition => partition.Key, partition => Within(partition.Value, places.GetValueOrDefault(partition.Key, long.MaxValue)));
        var window = isSearch ? Math.Max(LargestWindow / Math.Max(log.Count, 1), SmallestSearch) : limit;
        bool isMore;
        do
        {
            var ranges = log.Select(partition => new PartitionFind(partition.Key, Math.Max(partition.Value.Start, to[partition.Key] - window), to[partition.Key])).ToList();
            scan.Read(ranges, limit - given.Count, keepNewest: true, principal, ct);
            foreach (var cut in ranges.Where(range => !range.IsDone))
            {
                // a window that was not read to its end is read again: its newest records are still missing
                cut.Found.Clear();
                (cut.Dropped, cut.Reached) = (cut.To - 1, cut.To);
            }

            given.AddRange(Merge(ranges, newestFirst: true, limit - given.Count));
            to = ranges.ToDictionary(range => range.Partition, range => range.Found.Last?.Value.Offset.Value + 1 ?? (range.Dropped >= 0 ? range.Dropped + 1 : range.From));
            Note(ranges.Where(range => range.IsDone).Select(range => new LookedAt(range.Partition, to[range.Partition], range.To)));
            isMore = log.Any(partition => to[partition.Key] > partition.Value.Start);
            window = Math.Min(window * Growth, LargestWindow);
        }
        while (isMore && given.Count < limit && scan.End is ReadingEnd.Whole);

        return (given, isMore ? Cursor('<', to) : null, EndOf(given.Count, isMore), _looked.Values);
    }

    /// <summary>Takes the next ones of all partitions by their time, each partition in its own order, out of what was found.</summary>
    private List<ConsumeResult<byte[]?, byte[]?>> Merge(List<PartitionFind> ranges, bool newestFirst, int? most = null)
    {
        var merged = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (merged.Count < (most ?? limit))
        {
            var heads = ranges.Where(range => range.Found.Count > 0);
            var next = newestFirst
                ? heads.MaxBy(range => range.Found.Last!.Value.Message.Timestamp.UnixTimestampMs)
                : heads.MinBy(range => range.Found.First!.Value.Message.Timestamp.UnixTimestampMs);
            if (next is null)
            {
                break;
            }

            merged.Add(newestFirst ? next.Found.Last!.Value : next.Found.First!.Value);
            if (newestFirst)
            {
                next.Found.RemoveLast();
            }
            else
            {
                next.Found.RemoveFirst();
            }
        }

        return merged;
    }

    private ReadingEnd EndOf(int given, bool isMore) =>
        !isMore ? ReadingEnd.Whole : scan.End is not ReadingEnd.Whole ? scan.End : given >= limit ? ReadingEnd.Limit : ReadingEnd.Size;

    private void Note(IEnumerable<LookedAt> parts)
    {
        foreach (var part in parts.Where(part => part.From < part.To))
        {
            _looked[part.Partition] = _looked.TryGetValue(part.Partition, out var known)
                ? new LookedAt(part.Partition, Math.Min(known.From, part.From), Math.Max(known.To, part.To))
                : part;
        }
    }

    private string Cursor(char direction, IEnumerable<KeyValuePair<int, long>> places) =>
        Domain.Cursor.Of($"{direction}{new OffsetVector(places.ToImmutableSortedDictionary(), topicId)}");

    /// <summary>Start and end are told by two answers: retention may have moved the start past an end that was read before.</summary>
    private static long Within((long Start, long End) bounds, long place) => Math.Clamp(place, bounds.Start, Math.Max(bounds.Start, bounds.End));
}
