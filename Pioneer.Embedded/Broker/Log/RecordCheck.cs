using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// What is asked of single records before a batch is taken: a time within the topic's bounds, and a key where the topic is compacted
/// (compaction could never clean a record without one). Which records are at fault is told one by one, in the words of Kafka's
/// LogValidator.
/// </summary>
internal static class RecordCheck
{
    private const long NoTimestamp = -1;

    /// <summary>Why the batch is refused, or null. Records are unpacked only where the header alone does not settle it.</summary>
    public static AppendResult? Refusal(ReadOnlyMemory<byte> batch, in BatchHeader header, LogConfig config, TopicPartition name,
        long nowMs)
    {
        var checksTime = !config.StampOnAppend
            && (header.MaxTimestampMs - nowMs > config.TimestampAfterMaxMs || config.TimestampBeforeMaxMs != long.MaxValue);
        if (!checksTime && !config.Compact)
        {
            return null;
        }

        try
        {
            var records = RecordReader.Read(batch);
            var first = header.BaseOffset;
            return (checksTime ? Times(records, config, nowMs, first) : null) ?? (config.Compact ? Keys(records, name) : null);
        }
        catch (InvalidDataException e)
        {
            return AppendResult.Failed(ErrorCode.CorruptMessage, e.Message, -1);
        }
    }

    private static AppendResult? Times(List<LogRecord> records, LogConfig config, long nowMs, long firstOffset)
    {
        var (earliest, latest) = (nowMs - config.TimestampBeforeMaxMs, nowMs + config.TimestampAfterMaxMs);
        var faults = Faults(records, record =>
            record.TimestampMs != NoTimestamp && (record.TimestampMs < earliest || record.TimestampMs > latest),
            record => $"Timestamp {record.TimestampMs} of message with offset {record.Offset - firstOffset} is out of range. "
                + $"The timestamp should be within [{earliest}, {latest}]");
        return faults.IsEmpty
            ? null
            : AppendResult.Failed(ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp", -1)
                with { Faults = faults };
    }

    private static AppendResult? Keys(List<LogRecord> records, TopicPartition name)
    {
        var faults = Faults(records, record => record.Key is null, _ =>
            $"Compacted topic cannot accept message without key in topic partition {name}.");
        return faults.IsEmpty
            ? null
            : AppendResult.Failed(ErrorCode.InvalidRecord,
                $"One or more records have been rejected due to {faults.Length} record errors in total", -1)
                with { Faults = faults };
    }

    private static ImmutableArray<RecordFault> Faults(
        List<LogRecord> records, Func<LogRecord, bool> isAtFault, Func<LogRecord, string> words) =>
        [.. records.Index().Where(entry => isAtFault(entry.Item)).Select(entry => new RecordFault(entry.Index, words(entry.Item)))];
}
