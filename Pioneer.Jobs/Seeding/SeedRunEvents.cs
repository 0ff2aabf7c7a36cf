using Pioneer.Domain;

namespace Pioneer.Jobs.Seeding;

/// <summary>Tells pages of this process that a seed run's row changed. Handlers must be quick and must not throw.</summary>
public sealed class SeedRunEvents
{
    /// <summary>Raised on the runner's thread after each committed change.</summary>
    public event Action<SeedRunId>? Changed;

    internal void Publish(SeedRunId run) => Changed?.Invoke(run);
}
