using System.Security.Cryptography;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// Compaction: of each key only the last record stays, offsets do not change. Records of aborted transactions go; tombstones and
/// transaction markers go delete.retention.ms after the pass that first found them useless (KIP-534).
/// </summary>
internal sealed class LogCompactor
{
    // 32 bytes an entry or so; a run with more distinct keys ends at a segment's border and goes on in the next run
    private const int MaxKeys = 2_000_000;

    private readonly PartitionLog _log;
    private readonly CompactionPlan _plan;
    private readonly Dictionary<UInt128, long> _latest = [];
    private readonly ILookup<long, AbortedSpan> _aborted;
    private readonly HashSet<long> _withData = [];

    private LogCompactor(PartitionLog log, CompactionPlan plan)
    {
        _log = log;
        _plan = plan;
        _aborted = plan.Aborted.ToLookup(a => a.ProducerId);
    }

    /// <summary>Compacts a partition when enough of it is dirty.</summary>
    public static void CompactIfDue(PartitionLog log)
    {
        if (log.PlanCompaction() is { } plan)
        {
            // recovery takes a missing offset behind the recovery point for damage: only what lies below may get gaps
            log.Checkpoint();
            new LogCompactor(log, plan).Run();
        }
    }

    private void Run()
    {
        var count = _plan.FirstDirty;
        do
        {
            MapKeys(_plan.Segments[count++]);
        }
        while (count < _plan.Segments.Count && _latest.Count < MaxKeys);

        var end = count < _plan.Segments.Count ? _plan.Segments[count].BaseOffset : _plan.EndOffset;
        var before = 0L;
        var after = 0L;
        for (var at = 0; at < count;)
        {
            var group = Group(at, count);
            at += group.Count;
            var groupEnd = at < _plan.Segments.Count ? _plan.Segments[at].BaseOffset : _plan.EndOffset;
            before += group.Sum(s => (long)s.Size);
            if (Rewrite(group, groupEnd) is not { } size)
            {
                return;
            }

            after += size;
        }

        _log.FinishCompaction(end, before, after);
    }

    // Small segments are joined while they fit into one.
    private List<LogSegment> Group(int from, int to)
    {
        var group = new List<LogSegment> { _plan.Segments[from] };
        var size = (long)group[0].Size;
        for (var i = from + 1; i < to; i++)
        {
            size += _plan.Segments[i].Size;
            var end = i + 1 < _plan.Segments.Count ? _plan.Segments[i + 1].BaseOffset : _plan.EndOffset;
            if (size > _plan.Config.SegmentBytes || end - group[0].BaseOffset > int.MaxValue)
            {
                break;
            }

            group.Add(_plan.Segments[i]);
        }

        return group;
    }

    private void MapKeys(LogSegment segment)
    {
        using var scanner = new BatchScanner(segment.File, 0, segment.Size, verifyCrc: true);
        while (scanner.MoveNext())
        {
            if (scanner.Header.IsControl || IsAborted(scanner.Header) || scanner.Header.RecordCount == 0)
            {
                continue;
            }

            foreach (var record in RecordReader.Read(scanner.Batch))
            {
                if (record.Key is { } key)
                {
                    _latest[Hash(key.Span)] = record.Offset;
                }
            }
        }

        Complete(scanner, segment);
    }

    // Null when the partition was deleted meanwhile.
    private long? Rewrite(List<LogSegment> group, long end)
    {
        var first = group[0].BaseOffset;
        var target = LogSegment.CreateCleaned(_plan.Directory, first, _plan.Config.IndexIntervalBytes);
        try
        {
            foreach (var segment in group)
            {
                using var scanner = new BatchScanner(segment.File, 0, segment.Size, verifyCrc: true);
                while (scanner.MoveNext())
                {
                    if (Filter(scanner.Header, scanner.Batch) is { Length: > 0 } kept)
                    {
                        BatchHeader.TryRead(kept.Span, out var header);
                        target.Append(kept.Span, header);
                    }
                }

                Complete(scanner, segment);
            }

            target.Flush();
        }
        catch
        {
            target.Dispose();
            throw;
        }

        var swap = SegmentSwap.Commit(_plan.Directory, first, end);
        return _log.Replace(group, target, swap) ? target.Size : null;
    }

    // Never drop what could not be read: a damaged segment stays as it is.
    private static void Complete(BatchScanner scanner, LogSegment segment)
    {
        if (scanner.NextPosition != segment.Size)
        {
            throw new InvalidDataException($"segment {segment.BaseOffset} has a damaged batch at byte {scanner.NextPosition}; it is not compacted");
        }
    }

    private ReadOnlyMemory<byte> Filter(in BatchHeader header, ReadOnlyMemory<byte> batch)
    {
        if (header.IsControl)
        {
            return FilterMarker(header, batch);
        }

        var records = header.RecordCount == 0 ? [] : RecordReader.Read(batch);
        var kept = IsAborted(header) ? [] : KeepLatest(header, records);
        if (kept.Count == 0)
        {
            return _log.IsNewestOfProducer(header) ? Rebuild(header, kept, null) : default;
        }

        if (header.IsTransactional)
        {
            _withData.Add(header.ProducerId);
        }

        var horizon = !header.HasDeleteHorizon && kept.Exists(r => r.Value is null) ? _plan.NowMs + _plan.Config.DeleteRetentionMs : (long?)null;
        return kept.Count == records.Count && horizon is null
            ? batch
            : Rebuild(header, kept, horizon ?? (header.HasDeleteHorizon ? header.BaseTimestampMs : null));
    }

    private List<LogRecord> KeepLatest(BatchHeader header, List<LogRecord> records)
    {
        var tombstonesGo = header.HasDeleteHorizon && header.BaseTimestampMs <= _plan.NowMs;
        return records.FindAll(r =>
            r.Key is { } key && (r.Value is not null || !tombstonesGo)
            && !(_latest.TryGetValue(Hash(key.Span), out var latest) && latest > r.Offset));
    }

    // A marker is needed while data of its transaction is in the log: without it a rebuild would take the transaction for open.
    private ReadOnlyMemory<byte> FilterMarker(in BatchHeader header, ReadOnlyMemory<byte> batch)
    {
        if (_withData.Remove(header.ProducerId))
        {
            return batch;
        }

        if (!header.HasDeleteHorizon)
        {
            return Rebuild(header, RecordReader.Read(batch), _plan.NowMs + _plan.Config.DeleteRetentionMs);
        }

        return header.BaseTimestampMs <= _plan.NowMs ? default : batch;
    }

    private static byte[] Rebuild(in BatchHeader header, List<LogRecord> records, long? horizon)
    {
        var builder = new RecordBatchBuilder
        {
            BaseOffset = header.BaseOffset,
            LastOffset = header.LastOffset,
            LeaderEpoch = header.LeaderEpoch,
            Codec = header.Codec,
            Transactional = header.IsTransactional,
            Control = header.IsControl,
            StampedOnAppend = header.IsStampedOnAppend,
            ProducerId = header.ProducerId,
            ProducerEpoch = header.ProducerEpoch,
            BaseSequence = header.BaseSequence,
            DeleteHorizonMs = horizon,
            EmptyTimestampMs = header.MaxTimestampMs,
        };
        foreach (var record in records)
        {
            builder.Add(record);
        }

        return builder.Build();
    }

    private bool IsAborted(BatchHeader header) =>
        header.IsTransactional && _aborted[header.ProducerId].Any(a => a.FirstOffset <= header.BaseOffset && header.BaseOffset <= a.LastOffset);

    private static UInt128 Hash(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BitConverter.ToUInt128(hash);
    }
}
