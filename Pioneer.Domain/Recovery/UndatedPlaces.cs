using System.Collections.Immutable;

namespace Pioneer.Domain.Recovery;

/// <summary>A place where a reader stands and whose record's own time is not known yet.</summary>
/// <param name="Offset">What the reader has not read begins here.</param>
/// <param name="After">A record that is older than this may be deleted already.</param>
/// <param name="Before">Since when the place has been undelivered by the clock of the rounds, which a record that bears the time of its
/// writing is not older than; the round itself where that clock is of a record before the place.</param>
public sealed record UndatedPlace(string Topic, int Partition, long Offset, DateTimeOffset After, DateTimeOffset Before);

/// <summary>
/// Chooses the places that a round of evidence asks the brokers about, because retention counts from the records' own time and not from
/// that of their writing. What was told is carried on from round to round: of a reader that stands it is exact, and of one that goes on
/// and still lags it holds, as segments go from the start of a log, until its turn comes again.
/// </summary>
public static class UndatedPlaces
{
    /// <summary>The most places before which readers stand that one round asks about; the next round takes those that are left.</summary>
    public const int Most = 500;

    /// <summary>
    /// The most places of readers that move that one round asks about: unlike the others they are asked about again and again.
    /// </summary>
    public const int MostMoving = 250;

    /// <summary>The dates that the round before knew, where they hold for the places of now under the same retention.</summary>
    public static ClusterEvidence Carried(ClusterEvidence now, EvidenceRound? before) => now with
    {
        Groups =
        [
            .. now.Groups.Select(group => before?.Group(group.Name) is null ? group : group with
            {
                Committed = [.. group.Committed.Select(place => Carried(place, group.Name, now, before))],
            }),
        ],
    };

    /// <summary>
    /// The places to ask about now, where something is undelivered and the topic deletes by time: of readers that have not moved since the
    /// round before those that have waited longest, then of those that moved and lag by more than a round those that were never told or
    /// whose telling is the oldest. At most one of a partition, as the brokers take it in one question.
    /// </summary>
    /// <param name="takenBefore">When the round before began; null where there was none.</param>
    public static ImmutableArray<UndatedPlace> Of(ClusterEvidence now, DateTimeOffset takenAt, DateTimeOffset? takenBefore = null)
    {
        var undated = (from @group in now.Groups
                       from place in @group.Committed
                       where place is { IsDatedHere: false, UndeliveredSince: not null } && now.Topic(place.Topic) is { RetentionMs: >= 0 }
                           && now.Partition(place.Topic, place.Partition) is not null
                       let range = Range(place, Earlier(takenAt, now.Topic(place.Topic)!.RetentionMs), takenAt)
                       where range is not null
                       select (Place: place, Range: range)).ToList();
        var standing = undated.Where(item => item.Place.MovedAt < takenAt).OrderBy(item => item.Place.UndeliveredSince);
        var moving = undated.Where(item => item.Place.MovedAt >= takenAt && item.Place.UndeliveredSince < takenBefore)
            .OrderBy(item => item.Place.DatedIn ?? DateTimeOffset.MinValue).ThenBy(item => item.Place.UndeliveredSince);
        return
        [
            .. OnePerPartition(OnePerPartition(standing.Select(item => item.Range)).Take(Most)
                .Concat(OnePerPartition(moving.Select(item => item.Range)).Take(MostMoving))),
        ];
    }

    /// <summary>The evidence with what the brokers told of those places.</summary>
    public static ClusterEvidence Dated(
        ClusterEvidence now, IReadOnlyDictionary<UndatedPlace, DateTimeOffset> dates, DateTimeOffset takenAt)
    {
        var told = dates.ToDictionary(date => (date.Key.Topic, date.Key.Partition, date.Key.Offset), date => date.Value);
        return dates.Count == 0 ? now : now with
        {
            Groups =
            [
                .. now.Groups.Select(group => group with
                {
                    Committed =
                    [
                        .. group.Committed.Select(place =>
                            place.UndeliveredSince is not null && told.TryGetValue((place.Topic, place.Partition, place.Offset), out var date)
                                ? place with { DatedAt = date, DatedFor = null, DatedIn = takenAt }
                                : place),
                    ],
                }),
            ],
        };
    }

    private static IEnumerable<UndatedPlace> OnePerPartition(IEnumerable<UndatedPlace> places) =>
        places.DistinctBy(place => (place.Topic, place.Partition));

    /// <summary>The times between which the place is dated; null where asking could tell nothing that its clock does not.</summary>
    private static UndatedPlace? Range(CommittedEvidence place, DateTimeOffset after, DateTimeOffset takenAt)
    {
        var since = place.UndeliveredSince!.Value;
        // the clock of a reader that lagged while it moved is that of a record that it has read since
        var isOfEarlier = place.MovedAt >= takenAt || place.DatedAt is not null || (since <= after && place.MovedAt > since);
        return isOfEarlier ? new UndatedPlace(place.Topic, place.Partition, place.Offset, after, takenAt)
            : after < since ? new UndatedPlace(place.Topic, place.Partition, place.Offset, after, since)
            : null;
    }

    private static CommittedEvidence Carried(CommittedEvidence place, string group, ClusterEvidence now, EvidenceRound before)
    {
        // most places have no date to carry: topics are looked up for the others only
        if (before.Cluster?.PlaceOf(group, place.Topic, place.Partition) is { DatedAt: not null } old && Holds(old, place, before.TakenAt)
            && now.Topic(place.Topic) is { } topic && before.Topic(place.Topic) is { } same
            && topic.TopicId == same.TopicId && topic.RetentionMs == same.RetentionMs)
        {
            var told = place.Offset == old.Offset ? old.DatedFor : old.DatedFor ?? old.Offset;
            return place with { DatedAt = old.DatedAt, DatedFor = told, DatedIn = old.DatedIn };
        }

        return place.DatedAt is null ? place : place with { DatedAt = null, DatedFor = null, DatedIn = null };
    }

    /// <summary>
    /// Whether what was told before holds for the place: the reader stands there, or has gone on and still lags by more than a round.
    /// </summary>
    private static bool Holds(CommittedEvidence before, CommittedEvidence place, DateTimeOffset takenBefore) =>
        before.Offset == place.Offset || (before.Offset < place.Offset && place.UndeliveredSince < takenBefore);

    private static DateTimeOffset Earlier(DateTimeOffset now, long ms) =>
        ms < (now - DateTimeOffset.UnixEpoch).TotalMilliseconds ? now.AddMilliseconds(-ms) : DateTimeOffset.UnixEpoch;
}
