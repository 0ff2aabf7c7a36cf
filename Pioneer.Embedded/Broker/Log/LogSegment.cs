using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// One segment: a data file of batches from <see cref="BaseOffset"/> on, with its offset, time and transaction index. Guarded by the
/// partition's lock, except reads of the data file. A sealed segment loads its indexes when first asked.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    private const string LogSuffix = ".log";
    private readonly int _indexInterval;
    private SparseIndex _offsets = SparseIndex.OfOffsets();
    private SparseIndex _times = SparseIndex.OfTimes();
    private List<AbortedSpan> _aborted = [];
    private bool _loaded;
    private int _lastIndexed;
    private int _endRelative;
    private long _maxTimestamp = -1;
    private long? _firstBatchTimestamp;

    private LogSegment(string directory, long baseOffset, SafeFileHandle file, int size, int indexInterval)
    {
        Directory = directory;
        BaseOffset = baseOffset;
        File = file;
        Size = size;
        _indexInterval = indexInterval;
    }

    public string Directory { get; }
    public long BaseOffset { get; }
    public SafeFileHandle File { get; }

    /// <summary>Bytes of good batches; the file may be longer for a moment.</summary>
    public int Size { get; private set; }

    /// <summary>
    /// Largest timestamp of the first batch, which rolling by time counts from as Kafka's does (LogSegment.timeWaitedForRoll); -1 where
    /// there is no batch, or none with a time.
    /// </summary>
    public long FirstBatchTimestampMs
    {
        get
        {
            if (_firstBatchTimestamp is null && Size > 0)
            {
                Span<byte> first = stackalloc byte[BatchHeader.Size];
                _firstBatchTimestamp = BatchHeader.TryRead(first[..RandomAccess.Read(File, first, 0)], out var header)
                    ? header.MaxTimestampMs : -1;
            }

            return _firstBatchTimestamp ?? -1;
        }
    }

    /// <summary>
    /// Clock time when this process made or opened the segment (epoch millis): what rolling counts from where records have no time.
    /// </summary>
    public long OpenedMs { get; init; }

    /// <summary>Largest record timestamp, -1 in an empty segment.</summary>
    public long MaxTimestampMs
    {
        get
        {
            EnsureLoaded();
            return _maxTimestamp;
        }
    }

    public IReadOnlyList<AbortedSpan> Aborted
    {
        get
        {
            EnsureLoaded();
            return _aborted;
        }
    }

    public string LogPath => PathOf(Directory, BaseOffset, LogSuffix);

    public static string PathOf(string directory, long baseOffset, string suffix) =>
        Path.Combine(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + suffix);

    /// <summary>Base offsets of the segments in a directory, ascending.</summary>
    public static long[] Find(string directory) =>
    [
        .. System.IO.Directory.EnumerateFiles(directory, "*" + LogSuffix)
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => name is { Length: 20 } && name.All(char.IsAsciiDigit))
            .Select(name => long.Parse(name!, NumberStyles.None, CultureInfo.InvariantCulture))
            .Order(),
    ];

    public static LogSegment Create(string directory, long baseOffset, int indexInterval, long nowMs)
    {
        foreach (var stale in new[] { ".index", ".timeindex", ".txnindex" })
        {
            System.IO.File.Delete(PathOf(directory, baseOffset, stale));
        }

        var file = OpenFile(PathOf(directory, baseOffset, LogSuffix), FileMode.Create);
        return new LogSegment(directory, baseOffset, file, 0, indexInterval) { _loaded = true, OpenedMs = nowMs };
    }

    /// <summary>A segment being written by compaction, under a name that counts for nothing until <see cref="SegmentSwap.Commit"/>.</summary>
    public static LogSegment CreateCleaned(string directory, long baseOffset, int indexInterval) =>
        new(directory, baseOffset, OpenFile(SegmentSwap.CleanedPath(directory, baseOffset), FileMode.Create), 0, indexInterval) { _loaded = true };

    /// <summary>Opens an existing segment; its size is trusted until <see cref="Recover"/> says otherwise.</summary>
    public static LogSegment Open(string directory, long baseOffset, int indexInterval, long nowMs)
    {
        var file = OpenFile(PathOf(directory, baseOffset, LogSuffix), FileMode.Open);
        var size = (int)Math.Min(RandomAccess.GetLength(file), int.MaxValue);
        return new LogSegment(directory, baseOffset, file, size, indexInterval) { OpenedMs = nowMs };
    }

    /// <summary>Writes a batch at the end. On failure the file is cut back, so that nothing half-written stays.</summary>
    /// <exception cref="IOException">Disk full or failing.</exception>
    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        EnsureLoaded();
        try
        {
            RandomAccess.Write(File, batch, Size);
        }
        catch (IOException)
        {
            TryCutBack();
            throw;
        }

        Index(header, Size);
        Size += batch.Length;
    }

    public void AddAborted(AbortedSpan span)
    {
        EnsureLoaded();
        _aborted.Add(span);
    }

    /// <summary>A position at or before the batch that holds the offset.</summary>
    public int PositionBefore(long offset)
    {
        EnsureLoaded();
        return _offsets.Floor(offset - BaseOffset, 0);
    }

    /// <summary>A position at or before the first batch with a timestamp at or after the given one.</summary>
    public int PositionBeforeTime(long timestampMs)
    {
        EnsureLoaded();
        return PositionBefore(BaseOffset + _times.Floor(timestampMs - 1, 0));
    }

    /// <summary>Scans from the last indexed batch below <paramref name="trustedTo"/>; cuts off what is torn; answers the end offset.</summary>
    /// <param name="trustedTo">Batches below were durable when last checkpointed.</param>
    /// <param name="gapsBelow">Up to where offsets may be missing (compacted); above, each batch follows the one before.</param>
    /// <param name="observe">Called for each good batch at or above <paramref name="trustedTo"/>.</param>
    /// <param name="torn">Bytes that had to be cut off.</param>
    public long Recover(long trustedTo, long gapsBelow, Action<BatchHeader, ReadOnlyMemory<byte>> observe, out long torn)
    {
        LoadSaved();
        var length = RandomAccess.GetLength(File);
        _offsets.KeepWhile((relative, position) => BaseOffset + relative < trustedTo && position < length);
        var start = _offsets.LastValue;
        var startRelative = Math.Max(_offsets.LastKey, 0);
        _offsets.KeepWhile((relative, _) => relative < startRelative);
        _times.KeepWhile((_, relative) => relative <= startRelative);
        _aborted.RemoveAll(span => span.LastOffset >= trustedTo);
        _maxTimestamp = _times.LastKey;
        _lastIndexed = _offsets.LastValue;
        Size = start;
        var next = BaseOffset + startRelative;
        using (var scanner = new BatchScanner(File, start, length, verifyCrc: true))
        {
            while (scanner.MoveNext()
                && (scanner.Header.BaseOffset == next || (scanner.Header.BaseOffset > next && next < gapsBelow)))
            {
                Index(scanner.Header, (int)scanner.Position);
                Size = (int)scanner.NextPosition;
                next = scanner.Header.NextOffset;
                if (scanner.Header.BaseOffset >= trustedTo)
                {
                    observe(scanner.Header, scanner.Batch);
                }
            }
        }

        torn = length - Size;
        if (torn > 0 && trustedTo != long.MaxValue)
        {
            RandomAccess.SetLength(File, Size);
        }

        return next;
    }

    /// <summary>Saves the indexes, so that a later open need not scan.</summary>
    public void SaveIndexes()
    {
        EnsureLoaded();
        if (Size > 0)
        {
            AddTime(_endRelative);
            _offsets.Save(PathOf(Directory, BaseOffset, ".index"));
            _times.Save(PathOf(Directory, BaseOffset, ".timeindex"));
            AbortedSpan.Save(PathOf(Directory, BaseOffset, ".txnindex"), _aborted);
        }
    }

    public void Flush() => RandomAccess.FlushToDisk(File);

    /// <summary>Takes the files out of the log's sight; readers that still hold the handle finish.</summary>
    public void MarkDeleted()
    {
        System.IO.File.Move(LogPath, LogPath + ".deleted", overwrite: true);
        foreach (var index in new[] { ".index", ".timeindex", ".txnindex" })
        {
            System.IO.File.Delete(PathOf(Directory, BaseOffset, index));
        }
    }

    /// <summary>Frees the disk space of a segment that was marked.</summary>
    public void DeleteFile()
    {
        File.Dispose();
        System.IO.File.Delete(LogPath + ".deleted");
    }

    public void Dispose() => File.Dispose();

    internal static SafeFileHandle OpenFile(string path, FileMode mode) =>
        System.IO.File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private void Index(in BatchHeader header, int position)
    {
        var relative = header.BaseOffset - BaseOffset;
        if (position == 0 || position - _lastIndexed >= _indexInterval)
        {
            _offsets.Add(relative, position);
            _lastIndexed = position;
            AddTime((int)relative);
        }

        _maxTimestamp = Math.Max(_maxTimestamp, header.MaxTimestampMs);
        _endRelative = (int)(header.NextOffset - BaseOffset);
    }

    // An entry says: every batch below this relative offset has at most this timestamp.
    private void AddTime(int relativeEnd)
    {
        if (_maxTimestamp > _times.LastKey)
        {
            _times.Add(_maxTimestamp, relativeEnd);
        }
    }

    private void EnsureLoaded()
    {
        if (!_loaded)
        {
            if (!LoadSaved() && Size > 0)
            {
                // a sealed segment that lost its index: scanned once, never cut
                Recover(long.MaxValue, long.MaxValue, static (_, _) => { }, out _);
            }
        }
    }

    private bool LoadSaved()
    {
        _loaded = true;
        _offsets = SparseIndex.OfOffsets();
        _times = SparseIndex.OfTimes();
        var found = _offsets.TryLoad(PathOf(Directory, BaseOffset, ".index"));
        found &= _times.TryLoad(PathOf(Directory, BaseOffset, ".timeindex"));
        if (!found)
        {
            _offsets = SparseIndex.OfOffsets();
            _times = SparseIndex.OfTimes();
        }

        _aborted = AbortedSpan.Load(PathOf(Directory, BaseOffset, ".txnindex"));
        _maxTimestamp = _times.LastKey;
        _lastIndexed = _offsets.LastValue;
        return found;
    }

    private void TryCutBack()
    {
        try
        {
            RandomAccess.SetLength(File, Size);
        }
        catch (IOException)
        {
            // The tail beyond Size is never read, and the next open cuts it off by its CRC.
        }
    }
}
