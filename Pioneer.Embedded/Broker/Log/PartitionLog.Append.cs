using System.Buffers.Binary;

namespace Pioneer.Embedded.Broker.Log;

/// <content>Appending: what is checked, in which order, and what happens when the disk refuses.</content>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Checks and appends exactly one batch sent by a client (magic 2). <paramref name="batch"/> is patched in place.
    /// Transactional batches go through TransactionCoordinator.Append, which checks that the partition is in the transaction.
    /// </summary>
    public AppendResult Append(Memory<byte> batch)
    {
        var now = NowMs;
        var config = Config;
        var error = Check(batch, config, out var header, out var message);
        if (error != ErrorCode.None)
        {
            return AppendResult.Failed(error, message!, _logStart);
        }

        if (RecordCheck.Refusal(batch, header, config, Name, now) is { } refusal)
        {
            return refusal with { LogStartOffset = _logStart };
        }

        if (config.StampOnAppend)
        {
            header = Stamp(batch.Span, header, now);
        }

        var result = Write(batch, header, now, checkSequence: true);
        return result.Error == ErrorCode.None && config.StampOnAppend ? result with { LogAppendTimeMs = now } : result;
    }

    /// <summary>Appends a batch of a coordinator: trusted, not bound by the topic's limits.</summary>
    internal AppendResult AppendInternal(Memory<byte> batch)
    {
        BatchHeader.TryRead(batch.Span, out var header);
        return Write(batch, header, NowMs, checkSequence: false);
    }

    /// <summary>Ends the producer's transaction here; nothing is written when it has none open, so that repeating is harmless.</summary>
    internal ErrorCode AppendMarker(long producerId, short producerEpoch, bool commit, int coordinatorEpoch)
    {
        lock (_gate)
        {
            if (!_producers.HasOpenTransaction(producerId))
            {
                return ErrorCode.None;
            }
        }

        var marker = TransactionMarker.Build(producerId, producerEpoch, commit, coordinatorEpoch, NowMs);
        BatchHeader.TryRead(marker, out var header);
        return Write(marker, header, NowMs, checkSequence: false, commit).Error;
    }

    private AppendResult Write(Memory<byte> batch, BatchHeader header, long now, bool checkSequence, bool commit = false)
    {
        AppendResult result;
        lock (_gate)
        {
            result = WriteLocked(batch, header, now, checkSequence, commit);
        }

        if (result.Error == ErrorCode.None)
        {
            Notify();
        }

        return result;
    }

    private AppendResult WriteLocked(Memory<byte> batch, BatchHeader header, long now, bool checkSequence, bool commit)
    {
        if (_closed)
        {
            return AppendResult.Failed(ErrorCode.UnknownTopicOrPartition, $"partition {Name} is closed", _logStart);
        }

        if (_failure is not null)
        {
            return AppendResult.Failed(ErrorCode.KafkaStorageError, _failure, _logStart);
        }

        if (checkSequence && header.HasProducer)
        {
            var error = _producers.Check(header, out var duplicateOf, out var message);
            if (error != ErrorCode.None)
            {
                return AppendResult.Failed(error, message!, _logStart);
            }

            if (duplicateOf >= 0)
            {
                return new AppendResult(ErrorCode.None, duplicateOf, -1, _logStart, null);
            }
        }

        try
        {
            RollIfDue(header, batch.Length, now);
            header = header with { BaseOffset = _logEnd, LeaderEpoch = _epochs[^1].Epoch };
            BinaryPrimitives.WriteInt64BigEndian(batch.Span, header.BaseOffset);
            BinaryPrimitives.WriteInt32BigEndian(batch.Span[BatchHeader.LeaderEpochPosition..], header.LeaderEpoch);
            Active.Append(batch.Span, header);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            PartitionLogLog.AppendFailed(_logger, Name, e);
            return AppendResult.Failed(ErrorCode.KafkaStorageError, $"cannot write to {Name}: {e.Message}", _logStart);
        }

        TakeIn(header, now, commit);
        return FlushIfDue(header, now) ?? new AppendResult(ErrorCode.None, header.BaseOffset, -1, _logStart, null);
    }

    private void TakeIn(in BatchHeader header, long now, bool commit)
    {
        if (header.IsControl)
        {
            if (_producers.End(header, commit, now) is { } aborted)
            {
                Active.AddAborted(aborted);
            }
        }
        else if (header.HasProducer)
        {
            _producers.Apply(header, now);
        }

        _logEnd = header.NextOffset;
        _unflushedSinceMs = _unflushed == 0 ? now : _unflushedSinceMs;
        _unflushed += header.RecordCount;
    }

    // A sync that failed once must not be tried again: the kernel may have dropped the pages and report success (fsyncgate).
    private AppendResult? FlushIfDue(in BatchHeader header, long now)
    {
        if (_unflushed < Config.FlushMessages && now - _unflushedSinceMs < Config.FlushMs)
        {
            return null;
        }

        try
        {
            Active.Flush();
            _unflushed = 0;
            return null;
        }
        catch (IOException e)
        {
            _failure = $"cannot sync {Name}: {e.Message}";
            PartitionLogLog.WentOffline(_logger, Name, e);
            return AppendResult.Failed(ErrorCode.KafkaStorageError, _failure, _logStart);
        }
    }

    private static BatchHeader Stamp(Span<byte> batch, BatchHeader header, long now)
    {
        header = header with { Attributes = (short)(header.Attributes | BatchHeader.StampedOnAppendBit), MaxTimestampMs = now };
        header.Write(batch);
        header = header with { Crc = BatchHeader.Crc32C(batch[BatchHeader.AttributesPosition..]) };
        header.Write(batch);
        return header;
    }

    private static ErrorCode Check(ReadOnlyMemory<byte> batch, LogConfig config, out BatchHeader header, out string? message)
    {
        message = null;
        if (!BatchHeader.TryRead(batch.Span, out header))
        {
            message = "the record batch is truncated";
            return ErrorCode.CorruptMessage;
        }

        if (header.Magic != BatchHeader.SupportedMagic)
        {
            message = $"message format {header.Magic} is not supported, only 2";
            return ErrorCode.UnsupportedForMessageFormat;
        }

        if (header.TotalBytes > config.MaxMessageBytes)
        {
            message = $"the batch has {header.TotalBytes} bytes, max.message.bytes is {config.MaxMessageBytes}";
            return ErrorCode.MessageTooLarge;
        }

        if (header.TotalBytes != batch.Length)
        {
            message = header.TotalBytes is >= BatchHeader.Size && header.TotalBytes < batch.Length
                ? "more than one record batch for a partition" : "the batch's length is not that of its bytes";
            return header.TotalBytes is >= BatchHeader.Size && header.TotalBytes < batch.Length ? ErrorCode.InvalidRecord : ErrorCode.CorruptMessage;
        }

        if (!header.CrcMatches(batch.Span))
        {
            message = "the batch's CRC does not match its bytes";
            return ErrorCode.CorruptMessage;
        }

        message = Fault(header);
        if (message is not null)
        {
            return ErrorCode.InvalidRecord;
        }

        return ErrorCode.None;
    }

    private static string? Fault(in BatchHeader header) => header switch
    {
        { RecordCount: <= 0 } => "the batch has no records",
        _ when header.LastOffsetDelta + 1 != header.RecordCount => "the batch's last offset delta does not fit its record count",
        { IsControl: true } => "clients may not write control records",
        _ when header.HasDeleteHorizon => "clients may not set a delete horizon",
        _ when header.Codec > CompressionCodec.Zstd => "unknown compression codec",
        { HasProducer: true } when header.BaseSequence < 0 || header.ProducerEpoch < 0 => "a producer's batch needs an epoch and a sequence",
        { HasProducer: false, IsTransactional: true } => "a transactional batch needs a producer id",
        _ => null,
    };
}
