using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>
/// One partition: an ordered log of record batches in segment files. Appends are serialised inside; reads run beside them.
/// Batches are kept byte for byte as received, except base offset and leader epoch, which lie outside the CRC.
/// The rules of the files are in README.md beside this file.
/// </summary>
public sealed partial class PartitionLog
{
    private readonly Lock _gate = new();
    private readonly Lock _checkpointGate = new();
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<(int Epoch, long StartOffset)> _epochs;
    private readonly List<(LogSegment Segment, long DueMs)> _doomed = [];
    private ImmutableArray<LogSegment> _segments;
    private ImmutableArray<IAppendListener> _listeners = [];
    private ProducerStates _producers = new();
    private long _logStart;
    private long _logEnd;
    private long _recoveryPoint;
    private long _cleanedTo;
    private long _unflushed;
    private long _unflushedSinceMs;
    private string? _failure;
    private bool _closed;

    private PartitionLog(string directory, TopicPartition name, PartitionCheckpoint checkpoint, LogConfig config, TimeProvider time, ILogger logger)
    {
        _directory = directory;
        _time = time;
        _logger = logger;
        _epochs = [.. checkpoint.Epochs];
        _logStart = checkpoint.LogStartOffset;
        _recoveryPoint = checkpoint.RecoveryPoint;
        _cleanedTo = checkpoint.CleanedTo;
        Name = name;
        TopicId = checkpoint.TopicId;
        Config = config;
    }

    /// <summary>Topic and partition by name.</summary>
    public TopicPartition Name { get; }

    /// <summary>Distinguishes a topic from an earlier one of the same name.</summary>
    public Guid TopicId { get; }

    /// <summary>What it acts upon; replaced as a whole by <see cref="LogManager.Configure"/>.</summary>
    public LogConfig Config { get; internal set; }

    /// <summary>Log start, last stable offset and high watermark at one moment.</summary>
    public LogOffsets Offsets
    {
        get
        {
            lock (_gate)
            {
                return OffsetsNow();
            }
        }
    }

    /// <summary>The present leader epoch; written into each batch.</summary>
    public int LeaderEpoch
    {
        get
        {
            lock (_gate)
            {
                return _epochs[^1].Epoch;
            }
        }
    }

    /// <summary>Bytes of all segments.</summary>
    public long SizeBytes => _segments.Sum(s => (long)s.Size);

    /// <summary>Why the partition is offline (a failed sync cannot be trusted again until restart); null while healthy.</summary>
    public string? Failure => _failure;

    /// <summary>OffsetForLeaderEpoch: the largest epoch not above <paramref name="epoch"/> and its end offset; (-1, -1) when unknown.</summary>
    public (int LeaderEpoch, long EndOffset) EndOffsetOf(int epoch)
    {
        lock (_gate)
        {
            var index = _epochs.FindLastIndex(e => e.Epoch <= epoch);
            if (index < 0 || epoch > _epochs[^1].Epoch)
            {
                return (-1, -1);
            }

            return (_epochs[index].Epoch, index + 1 < _epochs.Count ? _epochs[index + 1].StartOffset : _logEnd);
        }
    }

    /// <summary>Calls <paramref name="listener"/> after each append until it unsubscribes; long polls use <see cref="AppendWaiter"/>.</summary>
    public void Subscribe(IAppendListener listener) => ImmutableInterlocked.Update(ref _listeners, (all, l) => all.Add(l), listener);

    /// <summary>Ends a subscription.</summary>
    public void Unsubscribe(IAppendListener listener) => ImmutableInterlocked.Update(ref _listeners, (all, l) => all.Remove(l), listener);

    internal ProducerStates Producers => _producers;

    /// <summary>Every producer that the partition knows at one moment.</summary>
    internal IReadOnlyList<ActiveProducer> ActiveProducers
    {
        get
        {
            lock (_gate)
            {
                return _producers.Active;
            }
        }
    }

    private LogSegment Active => _segments[^1];

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private LogOffsets OffsetsNow() => new(_logStart, LastStableOffset(), _logEnd);

    private long LastStableOffset() => Math.Max(_logStart, _producers.FirstOpenOffset ?? _logEnd);

    private void Notify()
    {
        foreach (var listener in _listeners)
        {
            listener.OnAppended(this);
        }
    }
}
