namespace Pioneer.Embedded.Broker.Log;

/// <content>ListOffsets by time: the time index narrows, then batches are unpacked.</content>
public sealed partial class PartitionLog
{
    /// <summary>The first record with a timestamp at or after the given one (ListOffsets); null when there is none.</summary>
    /// <exception cref="InvalidDataException">A stored batch cannot be unpacked.</exception>
    public TimestampOffset? OffsetForTimestamp(long timestampMs)
    {
        var (segments, start) = Snapshot();
        foreach (var segment in segments)
        {
            int from;
            int end;
            lock (_gate)
            {
                if (segment.MaxTimestampMs < timestampMs)
                {
                    continue;
                }

                from = segment.PositionBeforeTime(timestampMs);
                end = segment.Size;
            }

            if (FindRecord(segment, from, end, h => h.MaxTimestampMs >= timestampMs, r => r.TimestampMs >= timestampMs && r.Offset >= start)
                is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The record with the largest timestamp (ListOffsets -3), the first of equals; null in an empty log.</summary>
    /// <exception cref="InvalidDataException">A stored batch cannot be unpacked.</exception>
    public TimestampOffset? MaxTimestamp()
    {
        var (segments, start) = Snapshot();
        while (segments.Length > 0)
        {
            LogSegment newest;
            long largest;
            int from;
            int end;
            lock (_gate)
            {
                newest = segments.MaxBy(s => s.MaxTimestampMs)!;
                largest = newest.MaxTimestampMs;
                from = newest.PositionBeforeTime(largest);
                end = newest.Size;
            }

            if (largest < 0)
            {
                return null;
            }

            if (FindRecord(newest, from, end, h => h.MaxTimestampMs == largest, r => r.TimestampMs == largest && r.Offset >= start) is { } found)
            {
                return found;
            }

            segments = [.. segments.Where(s => s != newest)];
        }

        return null;
    }

    private (LogSegment[] Segments, long LogStart) Snapshot()
    {
        lock (_gate)
        {
            return _closed ? ([], 0) : ([.. _segments], _logStart);
        }
    }

    private static TimestampOffset? FindRecord(
        LogSegment segment, long from, long end, Func<BatchHeader, bool> batchMayHave, Func<LogRecord, bool> matches)
    {
        using var scanner = new BatchScanner(segment.File, from, end, verifyCrc: false);
        while (scanner.MoveNext())
        {
            if (!batchMayHave(scanner.Header))
            {
                continue;
            }

            foreach (var record in RecordReader.Read(scanner.Batch))
            {
                if (matches(record))
                {
                    return new TimestampOffset(record.TimestampMs, record.Offset, scanner.Header.LeaderEpoch);
                }
            }
        }

        return null;
    }
}
