using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pioneer.Domain.Ingestion;

/// <summary>One kind of record out of a source, described once; materialised for each entitled tenant as a T topic.</summary>
public sealed class Feed : IRevisioned
{
    public required FeedId Id { get; init; }

    public required SourceId SourceId { get; init; }

    /// <summary>Unique; lower-case letters, digits and single hyphens; becomes the last part of the T topic's name.</summary>
    public required string Name { get; init; }

    public string Description { get; set; } = "";

    /// <summary>Table or view in the source, as its catalogue spells it.</summary>
    public required string Table { get; set; }

    public required FeedKind Kind { get; set; }

    public required ImmutableArray<FeedColumn> Columns { get; set; }

    /// <summary>
    /// Columns that identify a row of a tenant; they become the record key: the value of one column, or a JSON object of several in this order.
    /// The tenant column is none of them: a topic is one tenant's.
    /// </summary>
    public required ImmutableArray<string> KeyColumns { get; set; }

    /// <summary>Column that tells when a row last changed; polled by real-time feeds.</summary>
    public string? TimestampColumn { get; set; }

    /// <summary>Strictly growing column; polled by real-time feeds.</summary>
    public string? IncrementingColumn { get; set; }

    /// <summary>Column whose value says whose row it is.</summary>
    public required string TenantColumn { get; set; }

    public required int PollIntervalMs { get; set; }

    /// <summary>
    /// Milliseconds that a row's time must be old before the row is read: what is committed that late after its time is still read in its place. Counts for real-time
    /// feeds with a time column; nothing waits for numbers that are committed out of order.
    /// </summary>
    public int CommitDelayMs { get; set; } = FeedRequest.DefaultCommitDelayMs;

    /// <summary>
    /// Milliseconds that one query of the source may take; null for what the source's address says, or else <see cref="Pioneer.Sources.SourceAddress.DefaultQueryLimitMs"/>. A query
    /// that runs within a limit that somebody set is no fault.
    /// </summary>
    public int? QueryLimitMs { get; set; }

    /// <summary>How long an event feed's records are kept; a state feed is compacted and keeps the latest of every key.</summary>
    public required long RetentionMs { get; set; }

    /// <summary>Partitions of each T topic; null for the platform's default.</summary>
    public int? Partitions { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Revision { get; set; }
}

/// <summary>How a feed comes in.</summary>
public enum FeedKind
{
    /// <summary>Real time: rows are polled as they are committed.</summary>
    Event,

    /// <summary>Batch: the whole state is read on demand or on a schedule into a compacted topic.</summary>
    State,
}

/// <summary>One column of a feed.</summary>
/// <param name="Name">As the source spells it.</param>
/// <param name="SourceType">As the source's catalogue gives it.</param>
/// <param name="Type">The ksql type that it is declared with, such as <c>DECIMAL(18, 2)</c>.</param>
/// <param name="As">Its name in records and in ksql, in any case; null takes <paramref name="Name"/>.</param>
public sealed record FeedColumn(string Name, string SourceType, string Type, bool Nullable, string? As = null)
{
    /// <summary>What it is called in records and in ksql.</summary>
    [JsonIgnore]
    public string RecordName => (As ?? Name).ToUpperInvariant();
}
