namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>The states that SHOW QUERIES knows; printed in capitals.</summary>
internal enum QueryState
{
    /// <summary>Reading, or about to.</summary>
    Running,

    /// <summary>Failed; it is restarted by itself after a while.</summary>
    Error,

    /// <summary>Held by PAUSE.</summary>
    Paused,
}

/// <summary>A failure kept for EXPLAIN; <paramref name="Type"/> is USER, SYSTEM or UNKNOWN.</summary>
internal sealed record QueryError(DateTimeOffset Time, string Message, string Type);
