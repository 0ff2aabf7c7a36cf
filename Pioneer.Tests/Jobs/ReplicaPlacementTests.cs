using CsCheck;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Where added replicas go.</summary>
public sealed class ReplicaPlacementTests
{
    [Fact]
    public void Replicas_stay_in_their_order_and_each_partition_gets_as_many_live_brokers_as_wanted() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 12], Gen.Int[1, 6], Gen.Int[0, 5], Gen.Int[1, 1000]).Sample((brokers, partitions, wanted, gone, seed) =>
        {
            var live = Enumerable.Range(1, brokers).ToList();
            wanted = Math.Min(wanted, brokers);
            int[] all = [.. live, .. Enumerable.Range(100, gone)];
            var random = new Random(seed);
            var current = Enumerable.Range(0, partitions).Select(_ => all.OrderBy(_ => random.Next()).Take(random.Next(1, wanted + 1)).ToArray()).ToList();

            var extended = ReplicaPlacement.Extend(current, live, broker => broker < 100, wanted);

            Assert.Equal(partitions, extended.Count);
            foreach (var (before, after) in current.Zip(extended))
            {
                var kept = before.Where(broker => broker < 100).ToList();
                Assert.Equal(kept, after.Take(kept.Count));
                Assert.Equal(wanted, after.Count);
                Assert.Equal(after.Count, after.Distinct().Count());
                Assert.All(after, broker => Assert.Contains(broker, live));
            }
        });

    [Fact]
    public void New_replicas_are_spread_over_the_brokers()
    {
        int[][] current = [[1, 2], [1, 2], [2, 1], [2, 1]];

        var extended = ReplicaPlacement.Extend(current, [1, 2, 3, 4], _ => true, wanted: 3);

        Assert.Equal([3, 4, 3, 4], extended.Select(replicas => replicas[2]));
    }
}
