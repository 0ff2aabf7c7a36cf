using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What is found by an index is what going through everything finds, and of several the first.</summary>
public sealed class EvidenceIndexTests
{
    // names that are the beginnings of others, and one that looks like a partition
    private static readonly string[] Topics = ["a.t.pay", "a.t.pay-3", "a.t.pay-eu", "b.t.pay"];
    private static readonly string[] Groups = ["g", "h"];
    private static readonly string[] Subjects = [.. Topics, .. Groups, "a.t.pay-0", "a.t.pay-3-1", "a.t.pay-eu-12", "a.t.pay-", "-1", "absent-1"];

    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    private static readonly Gen<CommittedEvidence> Place = Gen.Select(
        Gen.OneOfConst(Topics), Gen.Int[0, 4], Gen.Long[0, 9], Gen.Int[-3, 2], Gen.Int[-3, 0],
        (topic, partition, offset, since, moved) =>
            new CommittedEvidence(topic, partition, offset, since > 0 ? null : Noon.AddMinutes(since), Noon.AddMinutes(moved)));

    private static readonly Gen<ClusterEvidence> Cluster = Gen.Select(
        Gen.Select(
            Gen.OneOfConst(Topics), Gen.OneOfConst("first", "again"),
            Gen.Select(Gen.Int[0, 4], Gen.Long[0, 5], Gen.Long[5, 9],
                (partition, earliest, end) => new PartitionEvidence(partition, earliest, end, end - 1)).Array[0, 5],
            (name, id, partitions) => new TopicEvidence(name, id, 3_600_000, [.. partitions])).Array[0, 5],
        Gen.Select(Gen.OneOfConst(Groups), Place.Array[0, 6], (name, places) => new GroupEvidence(name, [.. places])).Array[0, 3],
        Gen.OneOfConst(Subjects).Array[0, 4],
        (topics, groups, unseen) => new ClusterEvidence("c", 1, [.. topics], [.. groups])
        {
            Unseen = [.. unseen.Select((subject, at) => new UnseenEvidence(subject, $"{at}"))],
        });

    [Fact]
    public void Everything_of_the_brokers_is_found_that_is_found_by_going_through_all() => Cluster.Sample(cluster =>
    {
        foreach (var name in Topics)
        {
            Assert.Same(cluster.Topics.FirstOrDefault(topic => topic.Name == name), cluster.Topic(name));
            Assert.Same(cluster.Unseen.FirstOrDefault(unseen => unseen.IsPartitionOf(name)), cluster.UnseenPartitionOf(name));
            foreach (var number in Enumerable.Range(0, 5))
            {
                Assert.Same(Linear.Partition(cluster, name, number), cluster.Partition(name, number));
                Assert.All(Groups, group => Assert.Same(Linear.Place(cluster, group, name, number), cluster.PlaceOf(group, name, number)));
            }

            Assert.All(Groups, group => Assert.Equal(
                cluster.Groups.FirstOrDefault(seen => seen.Name == group)?.Committed.Where(place => place.Topic == name) ?? [],
                cluster.PlacesOf(group, name)));
        }

        Assert.All(Groups, group => Assert.Same(cluster.Groups.FirstOrDefault(seen => seen.Name == group), cluster.Group(group)));
        Assert.All(Subjects, subject =>
            Assert.Same(cluster.Unseen.FirstOrDefault(unseen => unseen.Subject == subject), cluster.UnseenOf(subject)));
    });

    [Fact]
    public void Clocks_are_those_that_going_through_all_gives() => Gen.Select(Cluster, Cluster).Sample((seen, earlier) =>
    {
        var before = new EvidenceRound(Noon, earlier, null, null);

        var carried = EvidenceClocks.Carried(seen, Noon.AddSeconds(15), before);

        Assert.Equal(
            seen.Groups.SelectMany(group => group.Committed.Select(place => Linear.Clocked(group, place, seen, before, Noon.AddSeconds(15)))),
            carried.Groups.SelectMany(group => group.Committed.Select(place => (place.UndeliveredSince, place.MovedAt))));
        Assert.Equal(
            seen.Topics.SelectMany(topic => topic.Partitions.Select(partition => Linear.GrewAt(topic, partition, before, Noon.AddSeconds(15)))),
            carried.Topics.SelectMany(topic => topic.Partitions.Select(partition => partition.GrewAt)));
    });

    [Fact]
    public void Copy_with_other_evidence_is_not_looked_up_in_that_of_the_original()
    {
        var cluster = new EvidenceBuilder().Build().Cluster!;
        Assert.NotNull(cluster.Partition(EvidenceBuilder.Topic, 0));

        Assert.Null((cluster with { Topics = [] }).Partition(EvidenceBuilder.Topic, 0));
    }

    [Fact]
    public void Unseen_partitions_are_found_for_every_tenant_that_has_a_way_through_their_topic_and_in_order()
    {
        var flows = ImmutableArray.Create(
            new TenantFlow("b", [new FlowHop.Reading("shared-1", "g", "B_V1"), new FlowHop.Ingestion("shared-1", "shared-1")]),
            new TenantFlow("a", [new FlowHop.Ingestion("shared-1", "shared-1")]));
        UnseenEvidence[] unseen = [new("shared-1-7", "no leader"), new("shared-1", "not described"), new("elsewhere-0", "no leader")];
        var round = new EvidenceRound(Noon, new ClusterEvidence("c", 2, [], []) { Unseen = [.. unseen], LostBrokers = [3] }, null, null);

        Assert.Equal(
            [("S02", "broker 3", ""), ("S03", "shared-1-7", "b a")],
            ClusterFindings.Of(flows, round)
                .Select(finding => (finding.Scenario.Number, finding.Subject, string.Join(' ', finding.Tenants))));
        Assert.Empty(ClusterFindings.Of(flows, round with { Cluster = null }));
    }

    [Fact]
    public void Query_that_stands_with_an_error_is_named_in_the_order_in_which_services_told_them()
    {
        var round = new EvidenceBuilder().Build() with
        {
            Queries =
            [
                new QueryEvidence("acme_", "SECOND", "ERROR", null),
                new QueryEvidence("acme_", "LARGE_V1", "RUNNING", null),
                new QueryEvidence("old_", "LARGE_V1", "ERROR", null),
            ],
        };
        var second = new FlowHop.Reading(EvidenceBuilder.Topic, EvidenceBuilder.Group, "SECOND");
        var flow = EvidenceBuilder.Flow with { Hops = [.. EvidenceBuilder.Flow.Hops, second] };

        Assert.Equal("RUNNING", round.Query("LARGE_V1")?.State);
        Assert.Equal("Query SECOND stands with an error.", Queries(flow));
        Assert.Equal("Query LARGE_V1 stands with an error.", Queries(EvidenceBuilder.Flow));

        string Queries(TenantFlow flow) =>
            VerdictJudge.Judge(flow, new EvidenceBuilder().Build(), round, interrupted: true).Tests.Single(test => test.Number == "T6").Evidence;
    }

    /// <summary>As it was before there was an index.</summary>
    private static class Linear
    {
        public static PartitionEvidence? Partition(ClusterEvidence? cluster, string topic, int number) =>
            cluster?.Topics.FirstOrDefault(seen => seen.Name == topic)?.Partitions.FirstOrDefault(partition => partition.Partition == number);

        public static CommittedEvidence? Place(ClusterEvidence? cluster, string group, string topic, int number) =>
            cluster?.Groups.FirstOrDefault(seen => seen.Name == group)?.Committed.FirstOrDefault(place => place.Topic == topic && place.Partition == number);

        public static (DateTimeOffset? Since, DateTimeOffset? MovedAt) Clocked(
            GroupEvidence group, CommittedEvidence place, ClusterEvidence now, EvidenceRound before, DateTimeOffset takenAt)
        {
            var old = Place(before.Cluster, group.Name, place.Topic, place.Partition);
            return (
                UndeliveredClock.Since(
                    place.Offset, Partition(now, place.Topic, place.Partition)?.LastStable, takenAt, old,
                    Partition(before.Cluster, place.Topic, place.Partition)?.LastStable, before.TakenAt),
                old?.Offset == place.Offset ? old.MovedAt ?? takenAt : takenAt);
        }

        public static DateTimeOffset? GrewAt(TopicEvidence topic, PartitionEvidence partition, EvidenceRound before, DateTimeOffset takenAt)
        {
            var earlier = before.Cluster!.Topics.FirstOrDefault(seen => seen.Name == topic.Name);
            var old = earlier?.TopicId == topic.TopicId ? Partition(before.Cluster, topic.Name, partition.Partition) : null;
            return old is null ? partition.GrewAt : partition.End > old.End ? takenAt : old.GrewAt;
        }
    }
}
