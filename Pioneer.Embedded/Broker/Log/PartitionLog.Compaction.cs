namespace Pioneer.Embedded.Broker.Log;

/// <content>What compaction may touch, and putting its result in place. The work itself is <see cref="LogCompactor"/>.</content>
public sealed partial class PartitionLog
{
    /// <summary>What is due for compaction now, or null. Never the active segment, nothing at or above the last stable offset.</summary>
    internal CompactionPlan? PlanCompaction()
    {
        var now = NowMs;
        lock (_gate)
        {
            var config = Config;
            if (!config.Compact || _closed || _failure is not null)
            {
                return null;
            }

            var end = Math.Min(LastStableOffset(), Active.BaseOffset);
            var cleanable = new List<LogSegment>();
            for (var i = 0; i + 1 < _segments.Length && _segments[i + 1].BaseOffset <= end; i++)
            {
                if (config.MinCompactionLagMs > 0 && _segments[i].MaxTimestampMs > now - config.MinCompactionLagMs)
                {
                    break;
                }

                cleanable.Add(_segments[i]);
            }

            var dirty = cleanable.FindIndex(s => s.BaseOffset >= _cleanedTo);
            if (dirty < 0)
            {
                return null;
            }

            var dirtyBytes = cleanable.Skip(dirty).Sum(s => (double)s.Size);
            var total = cleanable.Sum(s => (double)s.Size);
            var overdue = now - cleanable[dirty].FirstBatchTimestampMs >= config.MaxCompactionLagMs;
            if (dirtyBytes == 0 || (dirtyBytes / total < config.MinCleanableDirtyRatio && !overdue))
            {
                return null;
            }

            return new CompactionPlan(
                _directory, cleanable, dirty, _segments[cleanable.Count].BaseOffset, [.. _segments.SelectMany(s => s.Aborted)], config, now);
        }
    }

    /// <summary>True when compaction has to keep this batch's header for its producer's sequence.</summary>
    internal bool IsNewestOfProducer(in BatchHeader header)
    {
        lock (_gate)
        {
            return _producers.IsNewestBatch(header);
        }
    }

    /// <summary>Puts a compacted segment in the place of those it was made from; false when they are gone meanwhile.</summary>
    internal bool Replace(IReadOnlyList<LogSegment> old, LogSegment compacted, string swap)
    {
        lock (_gate)
        {
            var at = _segments.IndexOf(old[0]);
            if (_closed || at < 0)
            {
                File.Delete(swap);
                compacted.Dispose();
                return false;
            }

            foreach (var segment in old)
            {
                Doom(segment);
            }

            File.Move(swap, compacted.LogPath);
            compacted.SaveIndexes();
            _segments = _segments.RemoveRange(at, old.Count).Insert(at, compacted);
            return true;
        }
    }

    /// <summary>Remembers up to where duplicates are removed.</summary>
    internal void FinishCompaction(long cleanedTo, long before, long after)
    {
        lock (_gate)
        {
            _cleanedTo = Math.Max(_cleanedTo, cleanedTo);
        }

        SaveCheckpoint();
        PartitionLogLog.Compacted(_logger, Name, cleanedTo, before, after);
    }
}
