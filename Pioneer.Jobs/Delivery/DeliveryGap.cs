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

    /// <summary>The log was cut before the offset, as by an unclean election, and may have been filled again.</summary>
    LogCut,
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
        DeliveryGapReason.LogCut => "log-cut",
        _ => "beyond-end",
    };

    /// <summary>The gap as a reader is told it.</summary>
    /// <param name="position">Where reading goes on.</param>
    /// <param name="at">When it was noticed.</param>
    internal DeliveryEvent ToEvent(OffsetVector position, DateTimeOffset at) =>
        new(DeliveryEventKind.Gap, position, Partition, Offset, at, null, Missing?.ToString(CultureInfo.InvariantCulture), null) { Gap = this, Message = Message };

    internal static DeliveryGap Expired(int partition, long offset, long start) => new(DeliveryGapReason.Expired, partition, offset, start - offset, Say(
        $"Offsets {offset} to {start - 1} of partition {partition} were deleted by retention before they were read. Reading goes on at {start}."));

    internal static DeliveryGap TopicMadeAnew(int partition, long offset) => new(DeliveryGapReason.TopicMadeAnew, partition, offset, null, Say(
        $"The topic was deleted and made anew: offset {offset} of partition {partition} was a place in the old one. Reading begins anew at the start of the new one."));

    internal static DeliveryGap BeyondEnd(int partition, long offset, long end, long start) => new(DeliveryGapReason.BeyondEnd, partition, offset, null, Say(
        $"Partition {partition} ends at {end}, before offset {offset} that was to be read next: its log was cut or made anew. Reading begins anew at {start}."));

    internal static DeliveryGap LogCut(int partition, long offset, long keptTo, long next) => new(DeliveryGapReason.LogCut, partition, offset, null, Say(
        $"The log of partition {partition} was cut at {keptTo}, before offset {offset} that was to be read next: records that were read from there on are no more, and others may stand in their place. Reading goes on at {next}."));

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
