namespace Pioneer.Portal.Live;

/// <summary>What a page can listen to.</summary>
[Flags]
public enum LiveTopic
{
    None = 0,
    Tenants = 1,
    Ingestion = 2,
    Operations = 4,
    Subscriptions = 8,
    Credentials = 16,
    Seeding = 32,
    Recovery = 64,
    Audit = 128,
}
