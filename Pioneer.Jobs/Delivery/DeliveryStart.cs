namespace Pioneer.Jobs.Delivery;

/// <summary>Where a reader of a delivery topic begins.</summary>
public abstract record DeliveryStart
{
    private DeliveryStart()
    {
    }

    /// <summary>With the oldest record that is kept.</summary>
    public static DeliveryStart Earliest { get; } = new FromEarliest();

    /// <summary>With the next record that comes.</summary>
    public static DeliveryStart Latest { get; } = new FromLatest();

    /// <summary>With the last records of each partition.</summary>
    public static DeliveryStart Last(int records) => new FromLast(records);

    /// <summary>Where an earlier reader was; partitions that it did not know begin with their first record.</summary>
    public static DeliveryStart At(OffsetVector vector) => new FromVector(vector);

    /// <summary>What an API caller may say: <c>earliest</c>, <c>latest</c> or an event's id; null for anything else.</summary>
    public static DeliveryStart? Parse(string? text) => text switch
    {
        null or "" or "latest" => Latest,
        "earliest" => Earliest,
        _ => OffsetVector.TryParse(text, out var vector) ? At(vector) : null,
    };

    internal abstract long Place(int partition, long start, long end);

    private sealed record FromEarliest : DeliveryStart
    {
        internal override long Place(int partition, long start, long end) => start;
    }

    private sealed record FromLatest : DeliveryStart
    {
        internal override long Place(int partition, long start, long end) => end;
    }

    private sealed record FromLast(int Records) : DeliveryStart
    {
        internal override long Place(int partition, long start, long end) => Math.Max(start, end - Records);
    }

    private sealed record FromVector(OffsetVector Vector) : DeliveryStart
    {
        internal override long Place(int partition, long start, long end) => Vector.Next.GetValueOrDefault(partition, start);
    }
}
