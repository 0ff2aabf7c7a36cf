using System.Buffers;
using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>What a reader may see: everything, or only what lies below the last stable offset. Numbers are those of the wire.</summary>
public enum IsolationLevel : byte
{
    ReadUncommitted = 0,
    ReadCommitted = 1,
}

/// <summary>The outcome of one append.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> also for a duplicate of one of the producer's last five batches (old offset answered).</param>
/// <param name="BaseOffset">Offset of the first record, -1 on error.</param>
/// <param name="LogAppendTimeMs">Broker time given to the batch when the topic stamps on append, else -1 (epoch millis).</param>
/// <param name="LogStartOffset">Log start offset at the time of the append.</param>
/// <param name="Message">What is wrong, in words, for ErrorMessage of the answer; null without error.</param>
public readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long LogAppendTimeMs, long LogStartOffset, string? Message)
{
    /// <summary>The records that the batch is refused for (KIP-467); empty where it is refused as a whole.</summary>
    public ImmutableArray<RecordFault> Faults { get; init; } = [];

    internal static AppendResult Failed(ErrorCode error, string message, long logStartOffset) =>
        new(error, -1, -1, logStartOffset, message);
}

/// <summary>A record that its batch is refused for, by its place in the batch.</summary>
public readonly record struct RecordFault(int Index, string Message);

/// <summary>An aborted transaction that a read_committed reader has to filter out from <paramref name="FirstOffset"/> on.</summary>
public readonly record struct AbortedTransaction(long ProducerId, long FirstOffset);

/// <summary>A record found by time: its own timestamp (epoch millis), offset and the leader epoch it was written in.</summary>
public readonly record struct TimestampOffset(long TimestampMs, long Offset, int LeaderEpoch);

/// <summary>The outcome of DeleteRecords: the new log start offset, or -1 with an error.</summary>
public readonly record struct DeleteRecordsResult(ErrorCode Error, long LowWatermark);

/// <summary>
/// Whole batches read from one partition, in a pooled buffer: dispose after the bytes are sent.
/// The first batch may begin below the asked offset; clients skip.
/// </summary>
public sealed class ReadResult : IDisposable
{
    private byte[]? _rented;

    internal ReadResult(ErrorCode error, LogOffsets offsets, byte[]? rented, int start, int length)
    {
        Error = error;
        Offsets = offsets;
        _rented = rented;
        Records = rented is null ? default : rented.AsMemory(start, length);
    }

    /// <summary><see cref="ErrorCode.OffsetOutOfRange"/>, <see cref="ErrorCode.KafkaStorageError"/>, ...; the offsets are filled even then.</summary>
    public ErrorCode Error { get; }

    /// <summary>High watermark, last stable offset and log start offset when the data was read.</summary>
    public LogOffsets Offsets { get; }

    /// <summary>Concatenated whole batches, byte for byte as on disk; empty when there is nothing yet.</summary>
    public ReadOnlyMemory<byte> Records { get; }

    /// <summary>Offset after the last batch in <see cref="Records"/>; the asked offset when empty.</summary>
    public long NextOffset { get; internal init; }

    /// <summary>True when everything visible was read: a long poll may park. False: more is there, answer now.</summary>
    public bool AtEnd { get; internal init; }

    /// <summary>For read_committed: aborted transactions that overlap <see cref="Records"/>, by first offset. Null for read_uncommitted.</summary>
    public IReadOnlyList<AbortedTransaction>? AbortedTransactions { get; internal init; }

    /// <summary>Gives the buffer back; <see cref="Records"/> must not be used afterwards.</summary>
    public void Dispose()
    {
        var rented = Interlocked.Exchange(ref _rented, null);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

/// <summary>One consistent look at a partition's marks. One replica: the high watermark is the log end.</summary>
public readonly record struct LogOffsets(long LogStartOffset, long LastStableOffset, long HighWatermark);
