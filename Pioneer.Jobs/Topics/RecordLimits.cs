namespace Pioneer.Jobs.Topics;

/// <summary>What one reading of records may take.</summary>
public static class RecordLimits
{
    /// <summary>Records that are read, fitting or not.</summary>
    public const long MaxLooked = 200_000;

    /// <summary>Keys, values and headers of the records that are given.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    /// <summary>How long it may take.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);
}
