using Pioneer.Jobs.Delivery;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>The order of a live tail: newest first by time. What was there before comes partition by partition, and reads as it happened.</summary>
internal static class TailOrder
{
    public static void Insert(LinkedList<(long Number, DeliveryEvent Event)> events, (long Number, DeliveryEvent Event) line)
    {
        var older = events.First;
        while (older is not null && older.Value.Event.Timestamp > line.Event.Timestamp)
        {
            older = older.Next;
        }

        if (older is null)
        {
            events.AddLast(line);
        }
        else
        {
            events.AddBefore(older, line);
        }
    }
}
