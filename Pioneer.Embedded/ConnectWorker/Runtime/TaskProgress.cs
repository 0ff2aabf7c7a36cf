using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Rest;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>
/// What a task has done since it was started: RUNNING says only that it was not stopped. Rows and positions count once they are committed. Written by
/// the task alone, read from anywhere.
/// </summary>
internal sealed class TaskProgress(int task, TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly ConcurrentDictionary<string, (SourcePosition Of, SourceOffset Shown)> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourcePosition> _open = new(StringComparer.Ordinal);
    private volatile Asked? _waitsSince;
    private volatile Done _done = new(null, 0, null, null, null);

    /// <summary>As the REST API shows it.</summary>
    public ProgressInfo Info
    {
        get
        {
            var done = _done;
            return new ProgressInfo(
                task, _startedAt, done.SourceReachedAt, done.Rows, done.LastRowAt, done.LastErrorAt, done.LastError, _waitsSince?.At,
                [.. _positions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Shown)]);
        }
    }

    /// <summary>The source is asked. Asked again after a failure of its own, it has been silent since the first time.</summary>
    public void Asks() => _waitsSince ??= new Asked(time.GetUtcNow());

    /// <summary>The source answered, or had not been asked.</summary>
    public void Answered() => _waitsSince = null;

    /// <summary>The source answered, and was read up to a position that counts with the next commit.</summary>
    /// <param name="readUpTo">Null where nothing was asked for.</param>
    public void Reached(SourcePosition? readUpTo)
    {
        Answered();
        _done = _done with { SourceReachedAt = time.GetUtcNow() };
        if (readUpTo is not null)
        {
            _open[readUpTo.PartitionJson] = readUpTo;
        }
    }

    /// <summary>A session begins: what is open will be read again.</summary>
    public void Forget() => _open.Clear();

    /// <summary>A part of the source is gone on with from there.</summary>
    public void GoesOnFrom(SourcePosition stored) => Show(stored);

    /// <summary>Rows and positions are committed.</summary>
    public void Commit(int rows)
    {
        foreach (var position in _open.Values)
        {
            Show(position);
        }

        _open.Clear();
        if (rows > 0)
        {
            _done = _done with { Rows = _done.Rows + rows, LastRowAt = time.GetUtcNow() };
        }
    }

    /// <summary>A session ended with an error, whether or not another follows.</summary>
    /// <param name="isOfSource">Whether it is the source that gave no answer: it is still waited for.</param>
    public void Fail(string error, bool isOfSource)
    {
        if (!isOfSource)
        {
            Answered();
        }

        _done = _done with { LastErrorAt = time.GetUtcNow(), LastError = error };
    }

    private void Show(SourcePosition position)
    {
        if (position.OffsetJson is null || (_positions.TryGetValue(position.PartitionJson, out var shown) && ReferenceEquals(shown.Of, position)))
        {
            return;
        }

        var offset = JsonNode.Parse(position.OffsetJson)!.AsObject();
        // fingerprints and numbers that are read again: up to thousands, and nothing for people
        foreach (var list in offset.Where(pair => pair.Value is JsonArray).Select(pair => pair.Key).ToList())
        {
            offset.Remove(list);
        }

        if (offset.Count > 0)
        {
            _positions[position.PartitionJson] = (position, new SourceOffset(JsonNode.Parse(position.PartitionJson), offset));
        }
    }

    // a class, so that it is read whole from anywhere
    private sealed record Asked(DateTimeOffset At);

    private sealed record Done(DateTimeOffset? SourceReachedAt, long Rows, DateTimeOffset? LastRowAt, DateTimeOffset? LastErrorAt, string? LastError);
}
