using Pioneer.Ksql.Planning;
using Pioneer.Streams.Rows;

namespace Pioneer.Streams.Processing;

/// <summary>
/// What is kept of a group, and how. A state holds the required columns of the last row, then a state a call; a result the same columns,
/// then a result a call, then the bounds of the window.
/// </summary>
internal sealed class Aggregation(AggregateNode node)
{
    private readonly int _required = node.RequiredCount;
    private readonly Call[] _calls = [.. node.Calls.Select(c => new Call(c))];
    private readonly int _boundsCount = node.Window is null ? 0 : 2;

    /// <summary>The state of a group without rows.</summary>
    public object?[] Initial()
    {
        var state = new object?[_required + _calls.Length];
        for (var i = 0; i < _calls.Length; i++)
        {
            state[_required + i] = _calls[i].Body.Initial();
        }

        return state;
    }

    /// <summary>The state after a row.</summary>
    public object?[] Add(object?[] row, object?[] state)
    {
        var after = new object?[state.Length];
        row.AsSpan(0, _required).CopyTo(after);
        for (var i = 0; i < _calls.Length; i++)
        {
            after[_required + i] = _calls[i].Body.Add(_calls[i].Gather(row), state[_required + i]);
        }

        return after;
    }

    /// <summary>The state without a row that was added before.</summary>
    public object?[] Undo(object?[] row, object?[] state)
    {
        var after = new object?[state.Length];
        row.AsSpan(0, _required).CopyTo(after);
        for (var i = 0; i < _calls.Length; i++)
        {
            after[_required + i] = _calls[i].Body.Undo!(_calls[i].Gather(row), state[_required + i]);
        }

        return after;
    }

    /// <summary>The state of two sessions that became one; required columns are those of the earlier unless it has none.</summary>
    public object?[] Merge(object?[] left, object?[] right)
    {
        var merged = new object?[left.Length];
        for (var i = 0; i < _required; i++)
        {
            merged[i] = left[i] ?? right[i];
        }

        for (var i = 0; i < _calls.Length; i++)
        {
            merged[_required + i] = _calls[i].Body.Merge(left[_required + i], right[_required + i]);
        }

        return merged;
    }

    /// <summary>The result for a state; null for none.</summary>
    public object?[]? Result(object?[]? state, WindowBounds? window = null)
    {
        if (state is null)
        {
            return null;
        }

        var result = new object?[state.Length + _boundsCount];
        state.AsSpan(0, _required).CopyTo(result);
        for (var i = 0; i < _calls.Length; i++)
        {
            var value = state[_required + i];
            result[_required + i] = _calls[i].Body.Result is { } map ? map(value) : value;
        }

        if (window is { } bounds && _boundsCount > 0)
        {
            (result[state.Length], result[state.Length + 1]) = (bounds.StartMs, bounds.EndMs);
        }

        return result;
    }

    private sealed class Call(AggregateCall call)
    {
        private readonly int[] _from = [.. call.Arguments];
        private readonly object?[] _arguments = new object?[call.Arguments.Length];

        public Ksql.Functions.AggregateBody Body { get; } = call.Body;

        public object?[] Gather(object?[] row)
        {
            for (var i = 0; i < _from.Length; i++)
            {
                _arguments[i] = row[_from[i]];
            }

            return _arguments;
        }
    }
}
