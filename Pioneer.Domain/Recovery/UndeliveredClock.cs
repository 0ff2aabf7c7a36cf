namespace Pioneer.Domain.Recovery;

/// <summary>
/// Keeps, from round to round, a lower bound of the age of the oldest undelivered record. Kafka gives no timestamp for an offset without reading the
/// record; but a record at or after the committed offset that the previous round had not seen was written after that round began.
/// </summary>
public static class UndeliveredClock
{
    /// <summary>Since when the partition may hold undelivered records; null when it holds none.</summary>
    /// <param name="committed">The committed offset now.</param>
    /// <param name="end">The partition's last stable offset now; null when the partition was not seen.</param>
    /// <param name="now">When this round began.</param>
    /// <param name="before">The same group and partition in the previous round; null when it was not seen.</param>
    /// <param name="endBefore">The partition's last stable offset in the previous round.</param>
    /// <param name="takenBefore">When the previous round began.</param>
    public static DateTimeOffset? Since(
        long committed, long? end, DateTimeOffset now, CommittedEvidence? before, long? endBefore, DateTimeOffset? takenBefore)
    {
        if (end is null)
        {
            // whatever is written while nobody looks counts from the last look
            return before?.UndeliveredSince ?? takenBefore ?? now;
        }

        if (committed >= end)
        {
            return null;
        }

        if (before is null || takenBefore is null)
        {
            // never seen before: nothing is known of its age, so it counts from now and the first horizon is shown as 'at most'
            return now;
        }

        return committed >= endBefore ? takenBefore : before.UndeliveredSince ?? takenBefore;
    }

    /// <summary>
    /// From which offset on no record was written before that time: from the end that was seen in the round which set the clock. What lies
    /// before may have been there long at the first look at a reader, be of a transaction that was open, or was read before a reader was set
    /// back.
    /// </summary>
    /// <param name="since">What <see cref="Since"/> says of it.</param>
    /// <param name="end">The partition's end now, open transactions included; null when the partition was not seen.</param>
    /// <param name="before">The same group and partition in the previous round; null when it was not seen.</param>
    /// <param name="endBefore">The partition's end in the previous round.</param>
    /// <remarks>An end is what all replicas in sync have: where too few are, records may wait behind it that are older than the round.</remarks>
    /// <returns>Null where it is not known.</returns>
    public static long? HoldsFrom(DateTimeOffset since, long? end, CommittedEvidence? before, long? endBefore)
    {
        var from = before is null ? null : before.UndeliveredSince == since ? before.ClockHoldsFrom : endBefore;

        // what comes behind the end of a later look is newer still
        return from is null || end < from ? end : from;
    }
}
