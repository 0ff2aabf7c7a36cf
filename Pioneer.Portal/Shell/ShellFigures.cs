using Pioneer.Portal.Components;

namespace Pioneer.Portal.Shell;

/// <summary>The one sentence of the recovery page, shown on every page.</summary>
public sealed record VerdictLine(Tone Tone, string Text);

/// <summary>Figures beside the navigation; null where they are not known yet.</summary>
public sealed record NavCounts(int? Tenants, int? Subscriptions, int? RunningSeeds, int? RunningOperations)
{
    public static NavCounts Unknown { get; } = new(null, null, null, null);
}
