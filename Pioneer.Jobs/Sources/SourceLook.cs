using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>What a source answered to a look.</summary>
public enum SourceContactKind
{
    /// <summary>It let the user in and answers.</summary>
    Reached,

    /// <summary>Nothing answers there, or not in time.</summary>
    Unreachable,

    /// <summary>It does not let the user in, or the address may not be read.</summary>
    Refused,

    /// <summary>It answers, and what was asked cannot be.</summary>
    QueryFailed,
}

/// <summary>One try to reach a source and sign in.</summary>
/// <param name="Error">In words, with the way out; null when it was reached.</param>
public sealed record SourceContact(DateTimeOffset At, SourceContactKind Kind, Error? Error, TimeSpan Took);

/// <summary>A feed to look at.</summary>
/// <param name="After">Where the last look ended; null looks up the newest values only.</param>
/// <param name="TimeFormat">How text holds the times, in SQLite; null where they are numbers.</param>
public sealed record FeedToLookAt(
    string Feed, string Table, string TenantColumn, string? TimeColumn, string? GrowingColumn, SourceMark? After, SqliteTimeFormat? TimeFormat = null)
{
    /// <summary>Counts all rows that the condition holds for, whatever their place; null looks at those after the mark.</summary>
    public string? RowsOf { get; init; }

    /// <summary>Rows beyond it are counted by themselves too, where a look begins again before it; null counts none so.</summary>
    public SourceMark? Seen { get; init; }

    /// <summary>Rows count once their time is that old, as they are read then.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>Rows of one tenant that are newer than the mark.</summary>
/// <param name="TenantValue">Value of the tenant column; null for rows that name nobody.</param>
public sealed record NewRows(string? TenantValue, long Rows, SourceMark Newest)
{
    /// <summary>Rows beside those whose times do not compare with the others: they are never read in their place. SQLite alone has such.</summary>
    public long Unmatched { get; init; }

    /// <summary>Those of them that are beyond <see cref="FeedToLookAt.Seen"/>.</summary>
    public long Unseen { get; init; }
}

/// <summary>What is new in a feed.</summary>
/// <param name="UpTo">The mark for the next look; the last one where this look failed.</param>
/// <param name="Rows">By tenant value; empty in a first look.</param>
/// <param name="Error">Why the feed could not be looked at although the source was reached; null when it could.</param>
public sealed record FeedNews(string Feed, SourceMark? UpTo, ImmutableArray<NewRows> Rows, Error? Error)
{
    /// <summary>How long the source took for it.</summary>
    public TimeSpan Took { get; init; }
}

/// <summary>A look at a source and its feeds; no news where it was not reached.</summary>
public sealed record SourceLook(SourceContact Contact, ImmutableArray<FeedNews> Feeds);
