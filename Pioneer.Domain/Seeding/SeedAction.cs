namespace Pioneer.Domain.Seeding;

/// <summary>What is to be done next against the cluster. Every action is idempotent: it may have been done already by a process that died.</summary>
public abstract record SeedAction
{
    /// <summary>Pause the live query and wait until its committed offsets stand still.</summary>
    public sealed record PauseLive : SeedAction;

    /// <summary>Read the committed offsets of the paused live query, for every partition.</summary>
    public sealed record TakeCut : SeedAction;

    /// <summary>Terminate every seed query and delete every seed topic of this run with a lower attempt, where they exist.</summary>
    public sealed record RemoveEarlierAttempts(int Attempt) : SeedAction;

    /// <summary>Fold the source topic up to the cut and write the state to this attempt's seed topic, partition by partition.</summary>
    public sealed record CopyState(int Attempt, SeedCut Cut) : SeedAction;

    /// <summary>Start the subscription's own SELECT over the seed topic, into the delivery topic.</summary>
    public sealed record StartSeedQuery(int Attempt) : SeedAction;

    /// <summary>Wait until the seed query's committed offsets reach the end of the seed topic.</summary>
    public sealed record AwaitDrained(int Attempt) : SeedAction;

    /// <summary>Terminate the seed query and confirm that it is gone.</summary>
    public sealed record StopSeedQuery(int Attempt) : SeedAction;

    /// <summary>Write the 'seed complete' record to the delivery topic.</summary>
    public sealed record WriteCompletion : SeedAction;

    /// <summary>Let the live query go on from the cut.</summary>
    public sealed record ResumeLive : SeedAction;

    /// <summary>Fold the delivery topic, compare it with the state, write the certificate.</summary>
    public sealed record Verify(SeedCut Cut) : SeedAction;
}
