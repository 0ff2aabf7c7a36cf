namespace Pioneer.Jobs.Delivery;

/// <summary>What kind of thing a reader of a delivery topic is told.</summary>
public enum DeliveryEventKind
{
    /// <summary>A live result.</summary>
    Record,

    /// <summary>A result of a seed run: state from before, not news.</summary>
    Seed,

    /// <summary>A seed run is complete: what follows is live.</summary>
    SeedComplete,

    /// <summary>Nothing came for a while; the connection is alive.</summary>
    Heartbeat,

    /// <summary>The place that was to be read next is none in this topic (any more): records are missing, or come again.</summary>
    Gap,
}

/// <summary>One event of a delivery topic.</summary>
/// <param name="Position">The reader's place after this event: the id to resume with.</param>
/// <param name="Key">JSON text; null where the record has none.</param>
/// <param name="Value">JSON text; null for a tombstone, a marker or a heartbeat. For a gap: how many offsets are missing, null where nobody can know.</param>
/// <param name="SeedRun">Id of the run, for seed and seed-complete.</param>
public sealed record DeliveryEvent(
    DeliveryEventKind Kind, OffsetVector Position, int Partition, long Offset, DateTimeOffset? Timestamp, string? Key, string? Value, string? SeedRun)
{
    /// <summary>Of a record that came with a batch: <see cref="Ingestion.BatchHeaders.Row"/> or <see cref="Ingestion.BatchHeaders.Gone"/>; null for every other event.</summary>
    public string? Batch { get; init; }

    /// <summary>What a gap is about; null for every other event.</summary>
    public DeliveryGap? Gap { get; init; }

    /// <summary>What whoever looks on should know, in a sentence: of a gap, or of a topic that is gone; null where the event says all.</summary>
    public string? Message { get; init; }

    /// <summary>The event's name on the wire.</summary>
    public string Name => Kind switch
    {
        DeliveryEventKind.Seed => "seed",
        DeliveryEventKind.SeedComplete => "seed-complete",
        DeliveryEventKind.Heartbeat => "heartbeat",
        DeliveryEventKind.Gap => "gap",
        _ => "record",
    };
}
