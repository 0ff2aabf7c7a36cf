using System.Collections.Frozen;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// Progress by time. Rows come in the order of their times, in blocks of one time. Those of the window before the end of the poll, and of the newest block
/// whatever its age, are read again by the next poll and known ones dropped by their fingerprints. Where they are too many to remember the window is
/// shorter, down to the newest block.
/// </summary>
internal sealed class TimeProgress : JdbcProgress
{
    /// <summary>A larger block is not read again: it would cost more each poll than what may come late is worth.</summary>
    private const int MaxRowsOfBlock = 10_000;

    private const long MsPerSecond = 1000;

    /// <summary>Most rows of more than one block; each commit writes them down.</summary>
    private const int MaxRowsOfWindow = 500;

    private readonly JdbcSourceSettings _settings;
    private readonly HashSet<long> _withoutTime = [];

    /// <summary>Rows that were handed out, from <see cref="_from"/> on.</summary>
    private readonly SortedDictionary<SourceInstant, Block> _known = [];

    /// <summary>Rows that another process handed out, from <see cref="_from"/> on; of which time shows when they come again.</summary>
    private readonly HashSet<long> _before;
    private SourceInstant? _from;
    private SourceInstant? _current;
    private SourceInstant _window = SourceInstant.Earliest;
    private JdbcOffset _beforeBlock;
    private int _count;
    private SourceInstant? _newest;
    private long? _newestNumber;

    public TimeProgress(JdbcSourceSettings settings, JdbcOffset offset)
    {
        _settings = settings;
        Offset = offset.Timestamp is null && settings.TimestampInitialMs is { } initial ? offset with { Timestamp = SourceInstant.FromUnixMs(initial) } : offset;
        (_from, _beforeBlock) = (Offset.Timestamp, Offset);
        (_newest, _newestNumber) = (offset.Timestamp, offset.Incrementing);
        _before = [.. Offset.RowsAtTimestamp];
    }

    public override JdbcOffset Offset { get; protected set; }

    public override string Reached => PositionReached().ToJson();

    public override JdbcOffset Newest => new(_newestNumber, _newest);

    public override void Begin(SourceInstant? end)
    {
        _current = null;
        _beforeBlock = Offset;
        // whole seconds: a source that keeps times more coarsely than they are bound would give rows from before it
        _window = end is { } time ? SourceInstant.FromUnixMs((time - LateWindow).UnixMs / MsPerSecond * MsPerSecond) : SourceInstant.Earliest;
    }

    public override bool Take(ConnectStruct row)
    {
        var fingerprint = RowFingerprint.Of(row);
        if (_settings.Time(row) is not { } time)
        {
            return _withoutTime.Add(fingerprint);
        }

        if (time != _current)
        {
            BeginBlock(time);
        }

        var block = _known.TryGetValue(time, out var there) ? there : _known[time] = new Block();
        if (_settings.UsesIncrementing && _settings.Number(row) is { } number)
        {
            block.Number = Math.Max(block.Number ?? long.MinValue, number);
        }

        if (!(_newest > time))
        {
            (_newest, _newestNumber) = (time, block.Number);
        }

        if (!block.Rows.Add(fingerprint))
        {
            return false;
        }

        _count++;
        return !_before.Remove(fingerprint);
    }

    public override void Complete()
    {
        // what did not come again is gone or was changed
        _before.Clear();
        _current = null;
        if (_known.Count == 0)
        {
            return;
        }

        var (newest, block) = _known.Last();
        Raise(_window < newest ? _window : newest);
        while (_count > MaxRowsOfWindow && _known.Count > 1)
        {
            Raise(_known.Keys.ElementAt(1));
        }

        if (_count > JdbcOffset.MaxRowsWritten)
        {
            // written down without its rows, so that the position has to be the block's own
            _from = newest;
        }

        Offset = new JdbcOffset(block.Number, _from) { RowsAtTimestamp = _count <= MaxRowsOfBlock ? Rows() : FrozenSet<long>.Empty };
    }

    /// <summary>All blocks before this one are complete.</summary>
    private void BeginBlock(SourceInstant time)
    {
        if (_current is { } last && _known.TryGetValue(last, out var complete))
        {
            _beforeBlock = new JdbcOffset(complete.Number, last) { RowsAtTimestamp = complete.Rows.Count <= JdbcOffset.MaxRowsWritten ? Rows(last) : FrozenSet<long>.Empty };
        }

        _current = time;
        Raise(_window < time ? _window : time);
    }

    /// <summary>Rows before that time are not read again.</summary>
    private void Raise(SourceInstant from)
    {
        var raised = _from is { } present && present >= from ? present : from;
        _from = raised;
        while (_known.Count > 0 && _known.First() is var (time, block) && time < raised)
        {
            _known.Remove(time);
            _count -= block.Rows.Count;
        }
    }

    /// <summary>As exact as can be written down, and never beyond a row that was not handed out.</summary>
    private JdbcOffset PositionReached()
    {
        if (_current is not { } current)
        {
            return Offset;
        }

        var block = _known[current];
        if (_before.Count + _count <= MaxRowsOfWindow)
        {
            return new JdbcOffset(block.Number, _from) { RowsAtTimestamp = Rows() };
        }

        var rows = Rows(current);
        return rows.Count <= JdbcOffset.MaxRowsWritten ? new JdbcOffset(block.Number, current) { RowsAtTimestamp = rows }
            : _settings.UsesIncrementing ? new JdbcOffset(block.Number, current)
            : _beforeBlock;
    }

    /// <summary>Those that were handed out, from a time on; of which time the ones of another process are is not known.</summary>
    private HashSet<long> Rows(SourceInstant? from = null) =>
        [.. _known.Where(block => !(block.Key < from)).SelectMany(block => block.Value.Rows), .. _before];

    private sealed class Block
    {
        public HashSet<long> Rows { get; } = [];

        /// <summary>The largest number of its rows, where rows have one.</summary>
        public long? Number { get; set; }
    }
}
