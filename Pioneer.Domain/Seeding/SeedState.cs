using System.Text.Json.Serialization;

namespace Pioneer.Domain.Seeding;

/// <summary>
/// All that a seed run has to remember between two steps; it is written to the database before the actions of a step are taken,
/// so a process that dies at any instant is followed by one that knows what may have been done.
/// </summary>
/// <param name="Phase">What is being done now.</param>
/// <param name="Attempt">Counts from 1. Seed topic and seed query carry it, so what a dead attempt left behind can never mix with this one's.</param>
/// <param name="Cut">Known from <see cref="SeedPhase.Copying"/> on, and kept by every later attempt: the live query is paused at it.</param>
/// <param name="Rows">Rows that this attempt wrote to its seed topic.</param>
/// <param name="Failure">Why the run is being given up; set while the live query is brought back and afterwards.</param>
/// <param name="CancelRequested">A person asked for the end; honoured at the next step that is safe.</param>
public sealed record SeedState(
    SeedPhase Phase,
    int Attempt,
    SeedCut? Cut = null,
    long Rows = 0,
    string? Failure = null,
    bool CancelRequested = false)
{
    /// <summary>A run that nothing has been done for.</summary>
    public static SeedState New { get; } = new(SeedPhase.Queued, Attempt: 1);

    /// <summary>Whether only the live query is still to be brought back.</summary>
    [JsonIgnore]
    public bool IsGivenUp => Failure is not null || CancelRequested;

    /// <summary>Whether the run has ended, well or not.</summary>
    public bool IsEnded => Phase is SeedPhase.Done or SeedPhase.Failed or SeedPhase.Cancelled;
}
