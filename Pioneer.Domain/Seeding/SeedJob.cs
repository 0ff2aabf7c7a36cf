namespace Pioneer.Domain.Seeding;

/// <summary>The definition of a snapshot into a layer: what, for whom, when, how fast.</summary>
public sealed class SeedJob : IRevisioned
{
    public required SeedJobId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required SubscriptionId SubscriptionId { get; init; }

    /// <summary>Unique among the tenant's seed jobs.</summary>
    public required string Name { get; set; }

    public required SeedLayer Layer { get; set; }

    /// <summary>Five-field cron; null until schedules are offered.</summary>
    public string? Cron { get; set; }

    /// <summary>IANA time zone of <see cref="Cron"/>.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Upper limit of what a run writes; null for no limit.</summary>
    public int? MaxRowsPerSecond { get; set; }

    /// <summary>False once it was deleted: its runs and their certificates stay, and belong to it.</summary>
    public bool Enabled { get; set; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public long Revision { get; set; }

    /// <summary>Deletes the job; its name is free for another.</summary>
    public void Retire()
    {
        Enabled = false;
        Name = $"{Name} (deleted {Id.Value.ToString("n")[^8..]})";
    }
}

/// <summary>Where seed data enters; the later the layer, the fewer receive it.</summary>
public enum SeedLayer
{
    Client,
    Aggregation,
    Ingestion,
}
