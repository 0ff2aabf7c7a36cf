namespace Pioneer.Jobs.Recovery;

/// <summary>How a connector stands to the table that it reads.</summary>
public enum TableState
{
    /// <summary>It has read what the table was seen to have.</summary>
    Level,

    /// <summary>The table has rows that it has not read; it may be on its way to them.</summary>
    Behind,

    /// <summary>The table could not be looked at, or how far the connector has read is not known.</summary>
    NotObserved,
}

/// <summary>A connector that says it runs, held against the rows of its own table.</summary>
/// <param name="At">When the table was looked at last, or the look failed.</param>
/// <param name="From">Only rows that came since then are known; null where all are.</param>
/// <param name="BehindSince">Since when it has not moved though it was behind; null where it is not.</param>
/// <param name="Words">What was seen, in words, without addresses; null where nothing was.</param>
/// <param name="NotSeen">Why the last look saw nothing. May name addresses, so it is for the platform's people.</param>
public sealed record TableLook(
    string Connector, string Tenant, DateTimeOffset At, DateTimeOffset? From, TableState State, DateTimeOffset? BehindSince, string? Words, string? NotSeen)
{
    /// <summary>A connector that is behind and has not moved for this long stands still: a minute, and the time that its feed waits by itself.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public TimeSpan StandsAfter { get; init; }

    /// <summary>Whether it stands still.</summary>
    public bool StandsAt(DateTimeOffset now) => State is TableState.Behind && now - BehindSince >= StandsAfter;
}
