using Pioneer.Domain.Seeding;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Seeding;

/// <summary>Seed runs in the words of a page.</summary>
public static class SeedWords
{
    private static readonly (SeedRunState State, string Title, string Detail)[] Order =
    [
        (SeedRunState.Preparing, "Prepared", "the live query pauses; its committed offsets are the cut E"),
        (SeedRunState.Snapshotting, "Seeding", "the state up to E goes through the query into the delivery topic"),
        (SeedRunState.HandingOver, "Hand over", "'seed complete' is written, the live query goes on at exactly E"),
        (SeedRunState.Verifying, "Verified", "counts and checksums, the topic's state up to E against what was delivered"),
    ];

    public static (Tone Tone, string Text, bool Moving) Word(this SeedRunState state) => state switch
    {
        SeedRunState.Queued => (Tone.Note, "Waiting", false),
        SeedRunState.Preparing => (Tone.Info, "Preparing", true),
        SeedRunState.Snapshotting => (Tone.Info, "Seeding", true),
        SeedRunState.HandingOver => (Tone.Info, "Handing over", true),
        SeedRunState.Verifying => (Tone.Info, "Verifying", true),
        SeedRunState.Done => (Tone.Ok, "Done", false),
        SeedRunState.Paused => (Tone.Warn, "Paused", false),
        SeedRunState.Failed => (Tone.Bad, "Failed", false),
        _ => (Tone.Warn, "Cancelled", false),
    };

    public static bool IsOver(this SeedRunState state) => state is SeedRunState.Done or SeedRunState.Failed or SeedRunState.Cancelled;

    /// <summary>The four steps with what has become of each.</summary>
    public static IEnumerable<(string Title, string Detail, Tone Tone, bool Moving)> Steps(SeedRunState state)
    {
        var at = state switch
        {
            SeedRunState.Done => Order.Length,
            _ => Array.FindIndex(Order, o => o.State == state),
        };
        for (var i = 0; i < Order.Length; i++)
        {
            yield return (Order[i].Title, Order[i].Detail, i < at ? Tone.Ok : i == at ? Tone.Info : Tone.Plain, i == at);
        }
    }
}
