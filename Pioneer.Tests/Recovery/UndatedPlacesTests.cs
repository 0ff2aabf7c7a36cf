using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

public sealed class UndatedPlacesTests
{
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    [Fact]
    public void Only_readers_that_stand_before_records_that_retention_deletes_are_asked_about()
    {
        var standing = Round(60, Noon.AddMinutes(-20), Noon.AddMinutes(-10));

        Assert.Equal([new UndatedPlace(EvidenceBuilder.Topic, 0, 60, Noon.AddHours(-1), Noon.AddMinutes(-20))], UndatedPlaces.Of(standing, Noon));
        Assert.Empty(UndatedPlaces.Of(Round(60, Noon.AddMinutes(-20), Noon), Noon));
        Assert.Empty(UndatedPlaces.Of(Round(100, null, Noon.AddMinutes(-10)), Noon));
        Assert.Empty(UndatedPlaces.Of(standing with { Topics = [standing.Topics[0] with { RetentionMs = -1 }] }, Noon));
        Assert.Empty(UndatedPlaces.Of(Round(60, Noon.AddHours(-2), Noon.AddHours(-2)), Noon));
    }

    [Fact]
    public void What_was_told_of_a_place_is_not_asked_again_while_the_reader_stands_there()
    {
        var first = Round(60, Noon.AddMinutes(-20), Noon.AddMinutes(-10));
        var dated = UndatedPlaces.Dated(first, UndatedPlaces.Of(first, Noon).ToDictionary(place => place, _ => Noon.AddMinutes(-40)), Noon);
        var before = new EvidenceRound(Noon, dated, null, null);

        Assert.Equal(Noon.AddMinutes(-40), UndatedPlaces.Carried(first, before).Groups[0].Committed[0].DatedAt);
        Assert.Empty(UndatedPlaces.Of(UndatedPlaces.Carried(first, before), Noon.AddMinutes(1)));
        Assert.All(
            [
                Round(61, Noon, Noon),
                first with { Topics = [first.Topics[0] with { TopicId = "made anew" }] },
                first with { Topics = [first.Topics[0] with { RetentionMs = 7_200_000 }] },
            ],
            other => Assert.Null(UndatedPlaces.Carried(other, before).Groups[0].Committed[0].DatedAt));
    }

    [Fact]
    public void One_round_asks_about_a_limited_number_of_places_that_have_waited_longest_and_one_of_a_partition()
    {
        var one = Round(60, Noon.AddMinutes(-20), Noon.AddMinutes(-10));
        var committed = one.Groups[0].Committed[0];
        var many = Wide(one, 2 * UndatedPlaces.Most) with
        {
            Groups =
            [
                new GroupEvidence("later", [committed with { Offset = 70, UndeliveredSince = Noon.AddMinutes(-5) }]),
                new GroupEvidence("first", [.. Enumerable.Range(0, 2 * UndatedPlaces.Most).Select(partition => committed with { Partition = partition })]),
            ],
        };

        var asked = UndatedPlaces.Of(many, Noon);

        Assert.Equal(UndatedPlaces.Most, asked.Length);
        Assert.Equal(60, asked.Single(place => place.Partition == 0).Offset);
    }

    [Fact]
    public void Place_of_a_partition_that_nobody_serves_is_not_asked_about()
    {
        var one = Round(60, Noon.AddMinutes(-20), Noon.AddMinutes(-10));

        Assert.Single(UndatedPlaces.Of(one, Noon));
        Assert.Empty(UndatedPlaces.Of(one with { Topics = [one.Topics[0] with { Partitions = [] }] }, Noon));
    }

    [Fact]
    public void Reader_that_moves_is_asked_about_once_it_lags_by_more_than_a_round()
    {
        var moving = Round(60, Noon.AddMinutes(-20), Noon);

        Assert.Equal(
            [new UndatedPlace(EvidenceBuilder.Topic, 0, 60, Noon.AddHours(-1), Noon)], UndatedPlaces.Of(moving, Noon, Noon.AddSeconds(-15)));
        Assert.Empty(UndatedPlaces.Of(Round(60, Noon.AddSeconds(-15), Noon), Noon, Noon.AddSeconds(-15)));
        Assert.Single(UndatedPlaces.Of(Round(60, Noon.AddHours(-2), Noon), Noon, Noon.AddSeconds(-15)));
    }

    [Fact]
    public void What_was_told_of_a_place_holds_for_a_reader_that_went_on_until_it_is_told_anew_or_has_caught_up()
    {
        var first = Round(60, Noon.AddMinutes(-20), Noon);
        var told = UndatedPlaces.Of(first, Noon, Noon.AddSeconds(-15)).ToDictionary(place => place, _ => Noon.AddMinutes(-40));
        var before = new EvidenceRound(Noon, UndatedPlaces.Dated(first, told, Noon), null, null);

        var next = UndatedPlaces.Carried(Round(70, Noon.AddMinutes(-20), Noon.AddSeconds(15)), before);
        var standing = UndatedPlaces.Carried(
            Round(70, Noon.AddMinutes(-20), Noon.AddSeconds(15)), new EvidenceRound(Noon.AddSeconds(15), next, null, null));

        Assert.Equal((Noon.AddMinutes(-40), 60L, false), Place(next));
        Assert.Equal((Noon.AddMinutes(-40), 60L, false), Place(standing));
        Assert.Equal(Noon.AddSeconds(30), Assert.Single(UndatedPlaces.Of(standing, Noon.AddSeconds(30), Noon.AddSeconds(15))).Before);
        Assert.All(
            [Round(70, Noon, Noon.AddSeconds(15)), Round(100, null, Noon.AddSeconds(15)), Round(50, Noon.AddMinutes(-20), Noon.AddSeconds(15))],
            other => Assert.Null(UndatedPlaces.Carried(other, before).Groups[0].Committed[0].DatedAt));

        static (DateTimeOffset?, long?, bool) Place(ClusterEvidence cluster) =>
            cluster.Groups[0].Committed[0] is var place ? (place.DatedAt, place.DatedFor, place.IsDatedHere) : default;
    }

    [Fact]
    public void Readers_that_move_take_turns_where_there_are_more_than_one_round_asks_about()
    {
        var asked = new List<int>();
        EvidenceRound? before = null;
        for (var round = 1; round <= 3; round++)
        {
            var at = Noon.AddSeconds(15 * round);
            var one = Round(60 + round, Noon.AddMinutes(-20), at);
            var place = one.Groups[0].Committed[0];
            var places = Enumerable.Range(0, 2 * UndatedPlaces.MostMoving).Select(partition => place with { Partition = partition });
            var seen = Wide(one, 2 * UndatedPlaces.MostMoving) with { Groups = [one.Groups[0] with { Committed = [.. places] }] };
            var carried = UndatedPlaces.Carried(seen, before);
            var chosen = UndatedPlaces.Of(carried, at, at.AddSeconds(-15));
            Assert.Equal(UndatedPlaces.MostMoving, chosen.Length);
            asked.AddRange(chosen.Select(place => place.Partition));
            var told = chosen.ToDictionary(place => place, _ => Noon.AddMinutes(-40));
            before = new EvidenceRound(at, UndatedPlaces.Dated(carried, told, at), null, null);
        }

        Assert.Equal(2 * UndatedPlaces.MostMoving, asked.Take(2 * UndatedPlaces.MostMoving).Distinct().Count());
        Assert.Equal(asked.Take(UndatedPlaces.MostMoving), asked.Skip(2 * UndatedPlaces.MostMoving));
    }

    /// <summary>The round with a topic of so many partitions, all as its first.</summary>
    private static ClusterEvidence Wide(ClusterEvidence one, int partitions) => one with
    {
        Topics =
        [
            one.Topics[0] with { Partitions = [.. Enumerable.Range(0, partitions).Select(number => one.Topics[0].Partitions[0] with { Partition = number })] },
        ],
    };

    private static ClusterEvidence Round(long committed, DateTimeOffset? since, DateTimeOffset movedAt)
    {
        var cluster = new EvidenceBuilder().WithCommitted(committed, since).Build().Cluster!;
        return cluster with { Groups = [cluster.Groups[0] with { Committed = [cluster.Groups[0].Committed[0] with { MovedAt = movedAt }] }] };
    }
}
