namespace Pioneer.Domain.Subscriptions;

/// <summary>How the sandbox's verdict on seeding is stored.</summary>
public static class SeedabilityWords
{
    public const string Exact = nameof(Exact);
    public const string WithNote = nameof(WithNote);
    public const string Refused = nameof(Refused);
}
