using Pioneer.Domain.Seeding;

namespace Pioneer.Tests.Seeding;

/// <summary>
/// One partition of a source topic, a live query, and whatever a seed run does to them: the smallest world in which the four promises of a
/// seed run can be broken. Versions are the offsets in the source topic; exactly-once queries move position and output together.
/// </summary>
internal sealed class SeedWorld
{
    private readonly Dictionary<int, List<(int Key, long Version)>> _seedTopics = [];
    private readonly Dictionary<int, int> _seedQueries = [];
    private readonly List<int> _source = [];
    private int _livePosition;
    private bool _paused;

    public SeedWorld(IEnumerable<int> history)
    {
        _source.AddRange(history);
        _livePosition = _source.Count;
    }

    public List<(int Key, long Version)> Delivered { get; } = [];

    public int Completions { get; private set; }

    public bool Paused => _paused;

    public IReadOnlyList<int> Source => _source;

    public void Write(int key) => _source.Add(key);

    /// <summary>Lets every running query process one record.</summary>
    public void Flow()
    {
        if (!_paused && _livePosition < _source.Count)
        {
            Delivered.Add((_source[_livePosition], _livePosition));
            _livePosition++;
        }

        foreach (var (attempt, position) in _seedQueries.ToArray())
        {
            if (_seedTopics.TryGetValue(attempt, out var rows) && position < rows.Count)
            {
                Delivered.Add(rows[position]);
                _seedQueries[attempt] = position + 1;
            }
        }
    }

    /// <summary>Carries one action out, as the cluster would; null when it has to be asked again.</summary>
    public SeedEvent? Act(SeedAction action, Func<bool> diesHalfway)
    {
        switch (action)
        {
            case SeedAction.PauseLive:
                _paused = true;
                return new SeedEvent.Succeeded(SeedPhase.Pausing);
            case SeedAction.TakeCut:
                return new SeedEvent.CutTaken(new SeedCut([_livePosition], [0]));
            case SeedAction.RemoveEarlierAttempts remove:
                foreach (var attempt in _seedTopics.Keys.Where(attempt => attempt < remove.Attempt).ToArray())
                {
                    _seedQueries.Remove(attempt);
                    _seedTopics.Remove(attempt);
                }

                return null;
            case SeedAction.CopyState copy:
                return Copy(copy, diesHalfway);
            case SeedAction.StartSeedQuery start:
                _seedQueries.TryAdd(start.Attempt, 0);
                return new SeedEvent.Succeeded(SeedPhase.Querying);
            case SeedAction.AwaitDrained drained:
                return _seedQueries.TryGetValue(drained.Attempt, out var position) && position == _seedTopics[drained.Attempt].Count
                    ? new SeedEvent.Succeeded(SeedPhase.Draining)
                    : null;
            case SeedAction.StopSeedQuery stop:
                _seedQueries.Remove(stop.Attempt);
                return new SeedEvent.Succeeded(SeedPhase.Stopping);
            case SeedAction.WriteCompletion:
                Completions++;
                return new SeedEvent.Succeeded(SeedPhase.Completing);
            case SeedAction.ResumeLive:
                _paused = false;
                return new SeedEvent.Succeeded(SeedPhase.Resuming);
            case SeedAction.Verify:
                return new SeedEvent.Succeeded(SeedPhase.Verifying);
            default:
                throw new InvalidOperationException($"no rule for {action}");
        }
    }

    private SeedEvent.StateCopied? Copy(SeedAction.CopyState copy, Func<bool> diesHalfway)
    {
        var cut = copy.Cut.Offsets[0];
        var state = _source.Take((int)cut).Select((key, offset) => (key, version: (long)offset))
            .GroupBy(row => row.key).Select(group => group.Last()).ToList();
        _seedTopics[copy.Attempt] = [];
        foreach (var row in state)
        {
            if (diesHalfway())
            {
                return null;
            }

            _seedTopics[copy.Attempt].Add(row);
        }

        return new SeedEvent.StateCopied(state.Count);
    }
}
