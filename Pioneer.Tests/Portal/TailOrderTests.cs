using Pioneer.Jobs.Delivery;
using Pioneer.Portal.Features.Subscriptions;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class TailOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_comes_partition_by_partition_is_listed_by_time_newest_first()
    {
        var events = new LinkedList<(long Number, DeliveryEvent Event)>();
        foreach (var (number, seconds) in new[] { (0L, 1), (1L, 3), (2L, 5), (3L, 2), (4L, 4), (5L, 5) })
        {
            TailOrder.Insert(events, (number, new DeliveryEvent(DeliveryEventKind.Record, OffsetVector.Empty, 0, number, Noon.AddSeconds(seconds), null, null, null)));
        }

        Assert.Equal([5, 2, 4, 1, 3, 0], events.Select(line => line.Number));
    }
}
