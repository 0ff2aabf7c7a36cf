using System.Collections.Frozen;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// Progress by a growing number. The last numbers are read again for as long as new ones come, and for the window after: a sequence gives numbers in another order
/// than that in which transactions commit. A row without a number moves nothing, comes again with every poll, and is handed out once.
/// </summary>
internal sealed class NumberProgress : JdbcProgress
{
    /// <summary>So many numbers below the largest are read again; each commit writes down which of them were handed out.</summary>
    private const int Reread = 500;

    private readonly JdbcSourceSettings _settings;
    private readonly TimeProvider _time;
    private readonly HashSet<long> _withoutNumber = [];
    private readonly SortedSet<long> _read;
    private long? _last;
    private long _from;
    private long _grewAt;
    private long _beganAt;

    public NumberProgress(JdbcSourceSettings settings, JdbcOffset offset, TimeProvider time)
    {
        (_settings, _time, Offset) = (settings, time, offset);
        (_last, _from, _grewAt) = (offset.Incrementing, offset.ReadsAfter ?? long.MinValue, time.GetTimestamp());
        _read = [.. offset.NumbersRead];
    }

    public override JdbcOffset Offset { get; protected set; }

    public override string Reached => Position().ToJson();

    public override JdbcOffset Newest => new(_last, null);

    public override bool Take(ConnectStruct row)
    {
        if (_settings.Number(row) is not { } number)
        {
            return _withoutNumber.Add(RowFingerprint.Of(row));
        }

        if (number <= _last)
        {
            return _read.Add(number);
        }

        (_last, _grewAt) = (number, _time.GetTimestamp());
        _read.Add(number);
        Raise(Math.Max(number, long.MinValue + Reread) - Reread);
        return true;
    }

    public override void Begin(SourceInstant? end) => _beganAt = _time.GetTimestamp();

    public override void Complete()
    {
        // by the beginning of the poll: what was committed after it was not seen
        if (_last is { } last && _time.GetElapsedTime(_grewAt, _beganAt) > LateWindow)
        {
            Raise(last);
        }

        Offset = Position();
    }

    private void Raise(long from)
    {
        _from = Math.Max(_from, from);
        while (_read.Count > 0 && _read.Min <= _from)
        {
            _read.Remove(_read.Min);
        }
    }

    private JdbcOffset Position() => new(_last, null)
    {
        NumbersFrom = _read.Count > 0 ? _from : null, NumbersRead = _read.Count > 0 ? _read.ToFrozenSet() : FrozenSet<long>.Empty,
    };
}
