namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// One partition: an ordered log of record batches in segment files. Appends are serialised inside; reads run beside them.
/// Batches are kept byte for byte as received, except base offset and leader epoch, which lie outside the CRC.
/// </summary>
public sealed class PartitionLog
{
    private static NotSupportedException Pending() => new("landing in the next commits");

    public TopicPartition Name => throw Pending();
    public Guid TopicId => throw Pending();
    public LogConfig Config => throw Pending();
    public LogOffsets Offsets => throw Pending();
    public int LeaderEpoch => throw Pending();
    public long SizeBytes => throw Pending();

    /// <summary>Begins a new leader epoch (drills) and answers it.</summary>
    public int BumpLeaderEpoch() => throw Pending();

    /// <summary>OffsetForLeaderEpoch: the largest epoch not above <paramref name="epoch"/> and its end offset; (-1, -1) when unknown.</summary>
    public (int LeaderEpoch, long EndOffset) EndOffsetOf(int epoch) => throw Pending();

    /// <summary>
    /// Checks and appends exactly one batch sent by a client (magic 2). <paramref name="batch"/> is patched in place.
    /// Transactional batches go through TransactionCoordinator.Append, which checks that the partition is in the transaction.
    /// </summary>
    public AppendResult Append(Memory<byte> batch) => throw Pending();

    /// <summary>Reads whole batches from <paramref name="offset"/>; at least one batch when there is any, even above <paramref name="maxBytes"/>.</summary>
    public ReadResult Read(long offset, int maxBytes, IsolationLevel isolation = IsolationLevel.ReadUncommitted) => throw Pending();

    /// <summary>The first record with a timestamp at or after the given one (ListOffsets); null when there is none.</summary>
    public TimestampOffset? OffsetForTimestamp(long timestampMs) => throw Pending();

    /// <summary>The record with the largest timestamp (ListOffsets -3); null in an empty log.</summary>
    public TimestampOffset? MaxTimestamp() => throw Pending();

    /// <summary>Moves the log start up to <paramref name="offset"/> (-1 = high watermark); survives restarts.</summary>
    public DeleteRecordsResult DeleteRecords(long offset) => throw Pending();

    /// <summary>Calls <paramref name="listener"/> after each append until it unsubscribes; long polls use <see cref="AppendWaiter"/>.</summary>
    public void Subscribe(IAppendListener listener) => throw Pending();

    public void Unsubscribe(IAppendListener listener) => throw Pending();
}
