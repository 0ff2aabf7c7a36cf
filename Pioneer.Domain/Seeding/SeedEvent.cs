namespace Pioneer.Domain.Seeding;

/// <summary>What happened since the last step.</summary>
public abstract record SeedEvent
{
    /// <summary>The run is due.</summary>
    public sealed record Started : SeedEvent;

    /// <summary>A process found the run unfinished: an earlier one died, or an action is to be tried again.</summary>
    public sealed record Restarted : SeedEvent;

    /// <summary>The action asked for was carried out and its effect confirmed.</summary>
    public sealed record Succeeded(SeedPhase Phase) : SeedEvent;

    /// <summary>The cut was read: the live query is paused and these are its committed offsets.</summary>
    public sealed record CutTaken(SeedCut Cut) : SeedEvent;

    /// <summary>The state below the cut is in the seed topic, acknowledged.</summary>
    public sealed record StateCopied(long Rows) : SeedEvent;

    /// <summary>The action cannot succeed; <paramref name="Reason"/> is shown to people.</summary>
    public sealed record Broken(string Reason) : SeedEvent;

    /// <summary>A person asked for the run to end.</summary>
    public sealed record CancelAsked : SeedEvent;
}
