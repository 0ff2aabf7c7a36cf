namespace Pioneer.Domain.Ingestion;

/// <summary>What a way of reading cannot see, for whoever chooses it and for whoever relies on the feed.</summary>
public static class FeedSight
{
    /// <summary>In one sentence or two, by kind, columns and wait of a feed.</summary>
    /// <param name="commitDelayMs">Only counts with a time column.</param>
    public static string NotSeen(FeedKind kind, string? timestampColumn, string? incrementingColumn, int commitDelayMs)
    {
        if (kind is FeedKind.State)
        {
            return "Changes between two runs are not seen, only the last of them is. Rows that are deleted in the table stay in the state until the next batch run, once a day or when you run it.";
        }

        if (timestampColumn is null)
        {
            return $"Changes of rows and deletions are not seen, only new numbers in '{incrementingColumn}'. A row that is committed after one with a larger number may be missed.";
        }

        return $"Deletions are not seen, nor several changes of a row between two polls. A row that is committed later than {Durations.Words(TimeSpan.FromMilliseconds(commitDelayMs))} "
            + $"after the time in '{timestampColumn}' may be missed, and so is one whose time is empty when it changes.";
    }
}
