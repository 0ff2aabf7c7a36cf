namespace Pioneer.Jobs.Seeding;

/// <summary>Notices a seed query that runs and does not get on, for which the live query would wait without an end.</summary>
public sealed class DrainWatch(TimeProvider time)
{
    private long _processed = -1;
    private long _since = time.GetTimestamp();

    /// <summary>How long the query may stand still; a rebalance of real ksqlDB takes minutes at worst.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>To be told how many rows are processed; true once there were no more of them for longer than <see cref="Patience"/>.</summary>
    public bool StandsStill(long processed)
    {
        if (processed > _processed)
        {
            _processed = processed;
            _since = time.GetTimestamp();
        }

        return time.GetElapsedTime(_since) > Patience;
    }
}
