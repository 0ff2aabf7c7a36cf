using System.Globalization;

namespace Pioneer.Streams.Processing;

/// <summary>
/// Windows and joins reckon from a record's time to times after it. Near the last time that there is those would come out as times before it, and a
/// loop over windows would never end; Kafka Streams too takes no such record.
/// </summary>
internal static class TimeReach
{
    /// <summary>Refuses a record from whose time on there is no reckoning; to be asked before anything of it is done.</summary>
    /// <param name="timeMs">The time of the record.</param>
    /// <param name="reachesMs">How far after it the step looks, in milliseconds; their sum counts.</param>
    /// <exception cref="StreamTaskException">The record cannot be taken.</exception>
    public static void Check(long timeMs, params ReadOnlySpan<long> reachesMs)
    {
        var last = (Int128)timeMs;
        foreach (var reach in reachesMs)
        {
            last += reach;
        }

        if (last > long.MaxValue)
        {
            throw new StreamTaskException(string.Create(
                CultureInfo.InvariantCulture, $"Exception caught in process. What belongs to a record of the time {timeMs} ends after the last time there is."));
        }
    }
}
