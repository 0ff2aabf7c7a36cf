using System.Globalization;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Topics;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Topics;

/// <summary>Topics and groups in the words of people.</summary>
public static class TopicWords
{
    public const string NotObserved = "not observed";

    private const string ForEver = "for ever";

    public static string Kind(TopicKind? kind) => kind switch
    {
        TopicKind.Feed => "feed",
        TopicKind.Pipeline => "pipeline",
        TopicKind.Delivery => "delivery",
        TopicKind.Seed => "seed run",
        TopicKind.Quarantine => "quarantine",
        _ => "other",
    };

    /// <summary>How long records are kept.</summary>
    public static string Kept(TopicRow topic) => topic switch
    {
        { CleanupPolicy: null } => NotObserved,
        { CleanupPolicy: "compact" } => "latest of every key",
        { RetentionMs: null } => NotObserved,
        { CleanupPolicy: var policy, RetentionMs: { } ms } => (ms < 0 ? ForEver : Durations.Words(TimeSpan.FromMilliseconds(ms)))
            + (policy.Contains("compact", StringComparison.Ordinal) ? ", latest of every key" : ""),
    };

    /// <summary>A count of which brokers told only the offsets.</summary>
    public static string AtMost(long? records) => records switch
    {
        null => NotObserved,
        0 => "none",
        var some => $"≤ {some.Value.ToString("N0", CultureInfo.InvariantCulture)}",
    };

    public static string Figure(long? figure) => figure?.ToString("N0", CultureInfo.InvariantCulture) ?? NotObserved;

    public static string Size(long? bytes) => bytes is { } known ? Sizes.Words(known) : NotObserved;

    /// <summary>The value of a setting in a person's units; null where the value says it all.</summary>
    public static string? Setting(string name, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var isTime = name.EndsWith(".ms", StringComparison.Ordinal);
        return isTime || name.EndsWith(".bytes", StringComparison.Ordinal)
            ? number < 0 ? (isTime ? ForEver : "no limit")
                : number == long.MaxValue ? "no limit"
                : isTime && number > TimeSpan.MaxValue.TotalMilliseconds ? ForEver
                : isTime ? Durations.Words(TimeSpan.FromMilliseconds(number))
                : Sizes.Words(number)
            : null;
    }

    /// <summary>A group's state; brokers' own words stand beside ours.</summary>
    public static (Tone Tone, string Text) State(string? state) => state switch
    {
        "Stable" => (Tone.Ok, "reading"),
        "Empty" => (Tone.Plain, "no members"),
        "PreparingRebalance" or "CompletingRebalance" or "Assigning" or "Reconciling" => (Tone.Info, "sharing out partitions"),
        "Dead" => (Tone.Plain, "gone"),
        null => (Tone.Warn, NotObserved),
        _ => (Tone.Plain, state),
    };

    /// <summary>Why a reading ended, and what was looked at.</summary>
    public static string Looked(RecordPage page)
    {
        var looked = $"Looked at {Plural.Of(page.Looked, "record")}";
        return page.End switch
        {
            ReadingEnd.Whole => $"{looked}: to the {(page.IsForwards ? "end" : "beginning")} of what was asked for.",
            ReadingEnd.Limit => $"{looked}. There is more.",
            ReadingEnd.Size => $"{looked}. One reading gives no more than {Sizes.Words(RecordLimits.MaxBytes)}; there is more.",
            ReadingEnd.Cancelled => $"{looked} when it was cancelled. The rest was not looked at.",
            _ => $"{looked}. One reading looks at no more than {RecordLimits.MaxLooked:N0} records and {Durations.Words(RecordLimits.MaxTime)}; the rest was not looked at yet.",
        };
    }

    /// <summary>The parts of partitions as <c>0: 10–149, 1: 0–12</c>; the first few of many.</summary>
    public static string Parts(RecordPage page, int most = 6)
    {
        var parts = page.LookedAt.Take(most).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Partition}: {part.From}–{part.To - 1}"));
        return string.Join(", ", parts) + (page.LookedAt.Length > most ? $" and {page.LookedAt.Length - most} more partitions" : "");
    }
}
