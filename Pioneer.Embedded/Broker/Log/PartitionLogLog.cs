namespace Pioneer.Embedded.Broker.Log;

/// <summary>Log messages of storage, events 2100 to 2149.</summary>
internal static partial class PartitionLogLog
{
    [LoggerMessage(2100, LogLevel.Error, "Append to {Partition} failed; nothing was kept of the batch")]
    public static partial void AppendFailed(ILogger logger, TopicPartition partition, Exception exception);

    [LoggerMessage(2101, LogLevel.Critical, "{Partition} is offline until restart: its data could not be synced")]
    public static partial void WentOffline(ILogger logger, TopicPartition partition, Exception exception);

    [LoggerMessage(2102, LogLevel.Warning, "{Partition}: cut {Bytes} bytes off the end, not a whole batch; the log ends at {Offset}")]
    public static partial void TailCut(ILogger logger, TopicPartition partition, long bytes, long offset);

    [LoggerMessage(2103, LogLevel.Error, "{Partition}: the log ends at {Offset} but was synced up to {RecoveryPoint}: data was lost on disk")]
    public static partial void DataLost(ILogger logger, TopicPartition partition, long offset, long recoveryPoint);

    [LoggerMessage(2104, LogLevel.Information, "Opened {Count} partitions in {Elapsed} ms")]
    public static partial void Opened(ILogger logger, int count, long elapsed);

    [LoggerMessage(2105, LogLevel.Error, "Sweep of {Partition} failed")]
    public static partial void SweepFailed(ILogger logger, TopicPartition partition, Exception exception);

    [LoggerMessage(2106, LogLevel.Debug, "Compacted {Partition} up to {Offset}: {Before} to {After} bytes")]
    public static partial void Compacted(ILogger logger, TopicPartition partition, long offset, long before, long after);

    [LoggerMessage(2107, LogLevel.Error, "{Partition} cannot be read at {Offset}")]
    public static partial void ReadFailed(ILogger logger, TopicPartition partition, long offset, Exception exception);
}
