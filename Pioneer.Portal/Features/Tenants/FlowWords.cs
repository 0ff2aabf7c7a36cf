using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>States of feeds, in words.</summary>
internal static class FlowWords
{
    /// <summary>Running only where nothing was found that says otherwise.</summary>
    public static (Tone Tone, string Text) Of(FeedFlow feed) => feed.Health switch
    {
        { State: "NOT_OBSERVED" } => (Tone.Note, "Not observed"),
        _ when feed.Paused => (Tone.Note, "Paused"),
        { State: "MISSING" } => (Tone.Warn, "Not there"),
        { State: "FAILED" } => (Tone.Bad, "Failed"),
        { Trouble: not null } => (Tone.Warn, "Does not deliver all"),
        { State: "RUNNING" } => (Tone.Ok, "Running"),
        { State: "PAUSED" or "STOPPED" } => (Tone.Warn, "Stands still"),
        _ => (Tone.Info, "Starting"),
    };
}
