using Pioneer.Domain;
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
        SeedRunState.Failed => (Tone.Bad, "Failed", false),
        _ => (Tone.Warn, "Cancelled", false),
    };

    public static bool IsOver(this SeedRunState state) => state is SeedRunState.Done or SeedRunState.Failed or SeedRunState.Cancelled;

    /// <summary>How long the copy still takes at the speed so far; null where that is not known or over.</summary>
    public static string? Left(SeedRunRow run) => run is { State: SeedRunState.Snapshotting, RowsExpected: { } of, RowsPerSecond: > 0 and var speed } && run.Rows < of
        ? $"about {Durations.Words(TimeSpan.FromSeconds(Math.Ceiling((of - run.Rows) / speed)))} left to copy"
        : null;

    /// <summary>What the next run may take, by the last one over the subscription and the rate that was typed.</summary>
    /// <param name="records">Records that the topic holds, deleted and older ones included; null where they were not observed.</param>
    public static string Estimate(SeedRunRow? last, int? rate, long? records)
    {
        if (last is not { StartedAt: { } started, FinishedAt: { } finished })
        {
            return (records, rate) switch
            {
                (null, _) => "No run over it has ended well yet: how many rows there are shows as soon as the run has read them.",
                (0, _) => "The topic holds no record now.",
                ({ } most, { } limited) => $"The topic holds {Plural.Of(most, "record")}, so there are no more rows than that; "
                    + $"at {limited:N0} a second as many take {Durations.Words(TimeSpan.FromSeconds(Math.Ceiling(most / (double)limited)))}.",
                ({ } most, null) => $"The topic holds {Plural.Of(most, "record")}, so there are no more rows than that. "
                    + "How fast they are copied here is not known yet.",
            };
        }

        var rows = Plural.Of(last.Rows, "row");
        return rate is { } limit && TimeSpan.FromSeconds(last.Rows / (double)limit) is var least && least > finished - started
            ? $"The last run copied {rows}; at {limit:N0} a second as many take {Durations.Words(least)} at least."
            : $"The last run copied {rows} in {Durations.Words(finished - started)}.";
    }

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
