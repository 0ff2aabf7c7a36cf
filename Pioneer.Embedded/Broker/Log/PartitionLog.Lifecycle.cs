using System.Globalization;

namespace Pioneer.Embedded.Broker.Log;

/// <content>Opening with recovery, rolling, checkpoints, retention, deletion.</content>
public sealed partial class PartitionLog
{
    private const string SnapshotSuffix = ".snapshot";
    private const int KeptSnapshots = 2;

    /// <summary>Opens a partition's directory. The tail behind the recovery point is scanned; a torn batch and all behind it is cut off.</summary>
    internal static PartitionLog Open(
        string directory, TopicPartition name, PartitionCheckpoint checkpoint, LogConfig config, TimeProvider time, ILogger logger)
    {
        SegmentSwap.Finish(directory);
        var log = new PartitionLog(directory, name, checkpoint, config, time, logger);
        log.Recover();
        return log;
    }

    /// <summary>Moves the log start up to <paramref name="offset"/> (-1 = high watermark); survives restarts.</summary>
    public DeleteRecordsResult DeleteRecords(long offset)
    {
        lock (_gate)
        {
            var error = _closed ? ErrorCode.UnknownTopicOrPartition
                : Config is { Compact: true, Delete: false } ? ErrorCode.PolicyViolation
                : offset < -1 || offset > _logEnd ? ErrorCode.OffsetOutOfRange
                : ErrorCode.None;
            if (error != ErrorCode.None)
            {
                return new DeleteRecordsResult(error, -1);
            }

            _logStart = Math.Max(_logStart, offset == -1 ? _logEnd : offset);
        }

        SaveCheckpoint();
        lock (_gate)
        {
            DropSegmentsBelowStart();
            return new DeleteRecordsResult(ErrorCode.None, _logStart);
        }
    }

    /// <summary>
    /// Applies retention, forgets idle producers, frees files whose delay is over, syncs by time. As in Kafka only an append rolls by time.
    /// </summary>
    internal void ApplyRetention(TimeSpan producerIdExpiration)
    {
        var now = NowMs;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (Config.Delete)
            {
                RetainByTime(now);
                RetainBySize();
            }

            DropSegmentsBelowStart();
            _producers.Expire(now - (long)producerIdExpiration.TotalMilliseconds);
            FreeDoomed(now);
            if (_unflushed > 0 && now - _unflushedSinceMs >= Config.FlushMs)
            {
                Active.Flush();
                _unflushed = 0;
            }
        }
    }

    /// <summary>Makes everything appended so far durable and moves the recovery point there: the next start scans from it.</summary>
    internal void Checkpoint()
    {
        long end;
        byte[] producers;
        LogSegment[] dirty;
        lock (_gate)
        {
            if (_closed || _failure is not null || _logEnd == _recoveryPoint)
            {
                return;
            }

            end = _logEnd;
            producers = _producers.Save();
            dirty = [.. _segments.Skip(SegmentIndexOf(_recoveryPoint))];
            Active.SaveIndexes();
        }

        foreach (var segment in dirty)
        {
            segment.Flush();
        }

        DurableFile.WriteAllBytes(SnapshotPath(end), producers);
        _recoveryPoint = end;
        SaveCheckpoint();
        foreach (var old in Snapshots().SkipLast(KeptSnapshots))
        {
            File.Delete(SnapshotPath(old));
        }
    }

    /// <summary>Closes the files; a clean close has taken a checkpoint before.</summary>
    internal void Close()
    {
        // not while a checkpoint is being written: it could land in the directory of the next topic of this name
        lock (_checkpointGate)
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            FreeDoomed(long.MaxValue);
            foreach (var segment in _segments)
            {
                segment.Dispose();
            }
        }

        Notify();
    }

    private void Recover()
    {
        var bases = LogSegment.Find(_directory);
        if (bases.Length == 0)
        {
            _segments = [LogSegment.Create(_directory, _logStart, Config.IndexIntervalBytes, NowMs)];
            _logEnd = _logStart;
            _recoveryPoint = Math.Min(_recoveryPoint, _logEnd);
            return;
        }

        var segments = new List<LogSegment>();
        var snapshot = LoadSnapshot();
        var firstDirty = Math.Max(0, Array.FindLastIndex(bases, b => b <= _recoveryPoint));
        for (var i = 0; i < bases.Length; i++)
        {
            var segment = LogSegment.Open(_directory, bases[i], Config.IndexIntervalBytes, NowMs);
            segments.Add(segment);
            if (i >= firstDirty && !RecoverSegment(segment, segments, bases, ref snapshot))
            {
                break;
            }
        }

        _segments = [.. segments];
        _logStart = Math.Max(_logStart, _segments[0].BaseOffset);
        if (_logEnd < _recoveryPoint)
        {
            PartitionLogLog.DataLost(_logger, Name, _logEnd, _recoveryPoint);
            _producers = new ProducerStates();
            Replay(segments, 0, long.MaxValue);
        }

        if (_logEnd < _logStart)
        {
            _logEnd = _logStart;
            _segments = _segments.Add(LogSegment.Create(_directory, _logStart, Config.IndexIntervalBytes, NowMs));
        }

        _recoveryPoint = Math.Min(_recoveryPoint, _logEnd);
    }

    // False when the segment was torn: what came behind it is gone.
    private bool RecoverSegment(LogSegment segment, List<LogSegment> before, long[] bases, ref long snapshot)
    {
        if (snapshot >= 0)
        {
            Replay(before, snapshot, _recoveryPoint);
            snapshot = -1;
        }

        _logEnd = segment.Recover(_recoveryPoint, _cleanedTo, (header, batch) => Observe(segment, header, batch), out var torn);
        if (torn == 0)
        {
            return true;
        }

        PartitionLogLog.TailCut(_logger, Name, torn, _logEnd);
        foreach (var later in bases.Where(b => b > segment.BaseOffset))
        {
            File.Delete(LogSegment.PathOf(_directory, later, ".log"));
        }

        return false;
    }

    // Takes in what lies between the producer snapshot and the recovery point.
    private void Replay(List<LogSegment> segments, long from, long to)
    {
        foreach (var segment in segments)
        {
            if (from >= to)
            {
                return;
            }

            using var scanner = new BatchScanner(segment.File, 0, RandomAccess.GetLength(segment.File), verifyCrc: false);
            while (scanner.MoveNext() && scanner.Header.BaseOffset < to)
            {
                if (scanner.Header.BaseOffset >= from)
                {
                    Observe(null, scanner.Header, scanner.Batch);
                }
            }
        }
    }

    private void Observe(LogSegment? segment, in BatchHeader header, ReadOnlyMemory<byte> batch)
    {
        if (!header.HasProducer)
        {
            return;
        }

        if (!header.IsControl)
        {
            _producers.Apply(header, header.MaxTimestampMs);
        }
        else if (TransactionMarker.ReadOutcome(batch) is { } commit && _producers.End(header, commit, header.MaxTimestampMs) is { } aborted)
        {
            segment?.AddAborted(aborted);
        }
    }

    // The newest snapshot not above the recovery point; answers from where batches have to be replayed.
    private long LoadSnapshot()
    {
        foreach (var offset in Snapshots().Reverse())
        {
            if (offset <= _recoveryPoint && ProducerStates.Load(File.ReadAllBytes(SnapshotPath(offset))) is { } states)
            {
                _producers = states;
                return offset;
            }
        }

        return 0;
    }

    private void RollIfDue(in BatchHeader header, int bytes, long now)
    {
        var active = Active;
        if (active.Size > 0 && ((long)active.Size + bytes > Config.SegmentBytes
            || _logEnd + header.LastOffsetDelta - active.BaseOffset > int.MaxValue - 1
            || AgeFor(active, header, now) > Config.MaxSegmentMs))
        {
            Roll();
        }
    }

    // Back-dated records and one of today do not share a segment for long: else the young one would keep the old ones from their retention.
    private static long AgeFor(LogSegment active, in BatchHeader header, long now) =>
        active.FirstBatchTimestampMs >= 0 ? header.MaxTimestampMs - active.FirstBatchTimestampMs : now - active.OpenedMs;

    private void Roll()
    {
        var next = LogSegment.Create(_directory, _logEnd, Config.IndexIntervalBytes, NowMs);
        Active.SaveIndexes();
        _segments = _segments.Add(next);
    }

    private void RetainByTime(long now)
    {
        if (Config.RetentionMs < 0)
        {
            return;
        }

        var expired = _segments.TakeWhile(s => s.Size == 0 ? s != Active : now - s.MaxTimestampMs > Config.RetentionMs).ToList();
        if (expired.Count == 0)
        {
            return;
        }

        if (expired[^1] == Active)
        {
            Roll();
        }

        _logStart = Math.Max(_logStart, _segments[expired.Count].BaseOffset);
    }

    private void RetainBySize()
    {
        if (Config.RetentionBytes < 0)
        {
            return;
        }

        var excess = _segments.Sum(s => (long)s.Size) - Config.RetentionBytes;
        for (var i = 0; i < _segments.Length - 1 && excess >= _segments[i].Size; i++)
        {
            excess -= _segments[i].Size;
            _logStart = Math.Max(_logStart, _segments[i + 1].BaseOffset);
        }
    }

    private void DropSegmentsBelowStart()
    {
        while (_segments.Length > 1 && _segments[1].BaseOffset <= _logStart)
        {
            Doom(_segments[0]);
            _segments = _segments.RemoveAt(0);
        }
    }

    // Readers may be using the file: it goes after the delay.
    private void Doom(LogSegment segment)
    {
        segment.MarkDeleted();
        _doomed.Add((segment, NowMs + Config.FileDeleteDelayMs));
    }

    private void FreeDoomed(long now)
    {
        foreach (var (segment, _) in _doomed.Where(d => d.DueMs <= now))
        {
            segment.DeleteFile();
        }

        _doomed.RemoveAll(d => d.DueMs <= now);
    }

    private void SaveCheckpoint()
    {
        lock (_checkpointGate)
        {
            PartitionCheckpoint checkpoint;
            lock (_gate)
            {
                if (_closed)
                {
                    return;
                }

                checkpoint = new PartitionCheckpoint(TopicId, _logStart, Math.Max(_recoveryPoint, 0), _cleanedTo, [.. _epochs]);
            }

            checkpoint.Save(_directory);
        }
    }

    private string SnapshotPath(long offset) => LogSegment.PathOf(_directory, offset, SnapshotSuffix);

    private IEnumerable<long> Snapshots() =>
        Directory.EnumerateFiles(_directory, "*" + SnapshotSuffix)
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => long.Parse(name!, NumberStyles.None, CultureInfo.InvariantCulture))
            .Order();
}
