using System.Globalization;

namespace Pioneer.Jobs.Delivery;

/// <summary>Why a place in a delivery topic is none (any more).</summary>
public enum DeliveryGapReason
{
    /// <summary>Retention deleted records before they were read.</summary>
    Expired,

    /// <summary>The topic was deleted and made anew: the offset is one of the old topic.</summary>
    TopicMadeAnew,

    /// <summary>The log ends before the offset: it was cut, or the topic was made anew.</summary>
    BeyondEnd,
}

/// <summary>A place that cannot be gone on from.</summary>
/// <param name="Offset">The offset that was to be read next.</param>
/// <param name="Missing">How many offsets are missing; null where nobody can know.</param>
/// <param name="Message">What happened and where reading goes on, in a sentence.</param>
public sealed record DeliveryGap(DeliveryGapReason Reason, int Partition, long Offset, long? Missing, string Message)
{
    /// <summary>The reason's name on the wire.</summary>
    public string Name => Reason switch
    {
        DeliveryGapReason.Expired => "expired",
        DeliveryGapReason.TopicMadeAnew => "topic-made-anew",
        _ => "beyond-end",
    };

    internal static DeliveryGap Expired(int partition, long offset, long start) => new(DeliveryGapReason.Expired, partition, offset, start - offset, Say(
        $"Offsets {offset} to {start - 1} of partition {partition} were deleted by retention before they were read. Reading goes on at {start}."));

    internal static DeliveryGap TopicMadeAnew(int partition, long offset) => new(DeliveryGapReason.TopicMadeAnew, partition, offset, null, Say(
        $"The topic was deleted and made anew: offset {offset} of partition {partition} was a place in the old one. Reading begins anew at the start of the new one."));

    internal static DeliveryGap BeyondEnd(int partition, long offset, long end, long start) => new(DeliveryGapReason.BeyondEnd, partition, offset, null, Say(
        $"Partition {partition} ends at {end}, before offset {offset} that was to be read next: its log was cut or made anew. Reading begins anew at {start}."));

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
