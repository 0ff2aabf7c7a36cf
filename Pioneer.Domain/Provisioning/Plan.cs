using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>The ordered difference between wanted and observed state.</summary>
/// <param name="Changes">In the order they are to be applied.</param>
/// <param name="Blocked">Differences that no change of ours can mend now, each with its reason and the way out.</param>
/// <param name="Foreign">What is there and not ours: shown, never touched.</param>
public sealed record Plan(ImmutableArray<Change> Changes, ImmutableArray<BlockedChange> Blocked, ImmutableArray<ForeignResource> Foreign)
{
    public static readonly Plan Empty = new([], [], []);

    /// <summary>What is wanted and this cluster does not offer: said, but no difference that waits to be mended.</summary>
    public ImmutableArray<PlanNote> Notes { get; init; } = [];

    /// <summary>Made for a tenant that leaves: nothing of it was wanted.</summary>
    public bool IsOffboarding { get; init; }

    /// <summary>Wanted and observed state are the same.</summary>
    public bool InSync => Changes.IsEmpty && Blocked.IsEmpty;

    public ChangeCost Cost => Changes.Aggregate(ChangeCost.None, (sum, change) => sum + change.Cost);

    public ChangeRisk Risk => Changes.IsEmpty ? ChangeRisk.Safe : Changes.Max(change => change.Risk);

    /// <summary>The part that may be applied with this consent; what needs something that is left out is left out with it.</summary>
    public Plan With(PlanConsent consent) => consent switch
    {
        PlanConsent.Confirmed => this,
        PlanConsent.Asked => Without(change => change.NeedsConfirmation),
        _ => Without(change => change.Risk is not ChangeRisk.Safe),
    };

    /// <summary>The plan without some changes, and without those that cannot work when they are not made.</summary>
    public Plan Without(Predicate<Change> leaveOut)
    {
        var left = Changes.Where(change => leaveOut(change)).ToHashSet();
        while (Changes.Where(change => !left.Contains(change) && left.Any(missing => PlanDependencies.Needs(change, missing))).ToList() is { Count: > 0 } dependent)
        {
            left.UnionWith(dependent);
        }

        return left.Count == 0 ? this : this with { Changes = [.. Changes.Where(change => !left.Contains(change))] };
    }
}

/// <summary>How much of a plan somebody agreed to.</summary>
public enum PlanConsent
{
    /// <summary>Nobody was asked: only what is <see cref="ChangeRisk.Safe"/>, as the drift scan does.</summary>
    Nobody,

    /// <summary>What a person asked for, without anything that <see cref="Change.NeedsConfirmation"/>.</summary>
    Asked,

    /// <summary>Everything: a person saw what is taken away and typed the name.</summary>
    Confirmed,
}

/// <summary>A difference that cannot be mended by a plan now.</summary>
public sealed record BlockedChange(string ResourceType, string Resource, string Reason, string WayOut)
{
    public BlockKind Kind { get; init; }
}

/// <summary>What a blocked difference means for whoever asked for the thing.</summary>
public enum BlockKind
{
    /// <summary>It is there and works, but not as wanted.</summary>
    Differs,

    /// <summary>It is not there and cannot be made.</summary>
    Withheld,

    /// <summary>It is there and works, and a later plan mends it without anybody's doing.</summary>
    Waits,
}

/// <summary>A part of wanted state that the cluster cannot take, with the reason and the way out.</summary>
public sealed record PlanNote(string ResourceType, string Resource, string Reason, string WayOut);

/// <summary>Something on the platform that Pioneer did not make.</summary>
public sealed record ForeignResource(string ResourceType, string Resource);
