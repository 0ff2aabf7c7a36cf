using Confluent.Kafka;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Kafka;

public sealed partial class KafkaAdmin
{
    /// <summary>As fine as a thousandth of the time that is searched.</summary>
    private const int DateSteps = 10;

    /// <summary>
    /// Up to when records at or before these places are dated, for <see cref="CommittedEvidence.DatedAt"/>: never later than they really
    /// are, and found by asking for the first offset of a time, as the portal has no right to read tenants' records. One request to each
    /// leader where records bear the time of their writing, some twelve small ones otherwise, however many places there are. Has none of
    /// those that do not answer.
    /// </summary>
    /// <param name="places">At most one of each partition.</param>
    public async Task<IReadOnlyDictionary<UndatedPlace, DateTimeOffset>> DatesAsync(
        IReadOnlyCollection<UndatedPlace> places, CancellationToken ct)
    {
        var dates = new Dictionary<UndatedPlace, DateTimeOffset>();
        var searched = new Dictionary<UndatedPlace, (DateTimeOffset Low, DateTimeOffset High)>();
        foreach (var (place, reaches) in await ReachAsync(places.ToDictionary(place => place, place => place.Before), ct))
        {
            if (reaches)
            {
                dates[place] = place.Before;
            }
            else
            {
                searched[place] = (place.After, place.Before);
            }
        }

        for (var step = 0; step < DateSteps && searched.Count > 0; step++)
        {
            var middles = searched.ToDictionary(range => range.Key, range => range.Value.Low + ((range.Value.High - range.Value.Low) / 2));
            searched = (await ReachAsync(middles, ct)).ToDictionary(
                answer => answer.Key,
                answer => answer.Value ? (middles[answer.Key], searched[answer.Key].High) : (searched[answer.Key].Low, middles[answer.Key]));
        }

        foreach (var (place, (low, _)) in searched.Where(range => range.Value.Low > range.Key.After))
        {
            dates[place] = low;
        }

        foreach (var (place, reaches) in await ReachAsync(
            searched.Where(range => range.Value.Low == range.Key.After).ToDictionary(range => range.Key, range => range.Key.After), ct))
        {
            dates[place] = reaches ? place.After : DateTimeOffset.UnixEpoch;
        }

        return dates;
    }

    /// <summary>Whether a record at or before each place bears the time or a later one.</summary>
    private async Task<Dictionary<UndatedPlace, bool>> ReachAsync(
        IReadOnlyDictionary<UndatedPlace, DateTimeOffset> times, CancellationToken ct)
    {
        var at = times.ToDictionary(time => PartitionOf(time.Key), time => time.Value);
        var first = (await _partitionOffsets.TryReadAtAsync(at, IsolationLevel.ReadUncommitted, EvidencePatience, ct)).Offsets;
        return times.Keys.Where(place => first.ContainsKey(PartitionOf(place)))
            .ToDictionary(place => place, place => first[PartitionOf(place)] is >= 0 and var offset && offset <= place.Offset);
    }

    private static TopicPartition PartitionOf(UndatedPlace place) => new(place.Topic, place.Partition);
}
