using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>The ordered difference between wanted and observed state.</summary>
/// <param name="Changes">In the order they are to be applied.</param>
/// <param name="Blocked">Differences that no change of ours can mend, each with its reason and the way out.</param>
/// <param name="Foreign">What is there and not ours: shown, never touched.</param>
public sealed record Plan(ImmutableArray<Change> Changes, ImmutableArray<BlockedChange> Blocked, ImmutableArray<ForeignResource> Foreign)
{
    public static readonly Plan Empty = new([], [], []);

    /// <summary>What is wanted and this cluster does not offer: said, but no difference that waits to be mended.</summary>
    public ImmutableArray<PlanNote> Notes { get; init; } = [];

    /// <summary>Wanted and observed state are the same.</summary>
    public bool InSync => Changes.IsEmpty && Blocked.IsEmpty;

    /// <summary>Nothing is left but what waits for a confirmation: everything that was asked for is there.</summary>
    public bool Settled => Blocked.IsEmpty && Changes.All(change => change.NeedsConfirmation);

    /// <summary>The part that may be applied without anybody confirming that records are destroyed.</summary>
    public Plan WithoutUnconfirmed() => this with { Changes = [.. Changes.Where(change => !change.NeedsConfirmation)] };

    public ChangeCost Cost => Changes.Aggregate(ChangeCost.None, (sum, change) => sum + change.Cost);

    public ChangeRisk Risk => Changes.IsEmpty ? ChangeRisk.Safe : Changes.Max(change => change.Risk);
}

/// <summary>A difference that cannot be mended by a plan.</summary>
public sealed record BlockedChange(string ResourceType, string Resource, string Reason, string WayOut);

/// <summary>A part of wanted state that the cluster cannot take, with the reason and the way out.</summary>
public sealed record PlanNote(string ResourceType, string Resource, string Reason, string WayOut);

/// <summary>Something on the platform that Pioneer did not make.</summary>
public sealed record ForeignResource(string ResourceType, string Resource);
