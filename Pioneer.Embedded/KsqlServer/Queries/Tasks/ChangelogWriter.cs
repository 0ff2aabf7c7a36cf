using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>
/// Collects the changes of one store over a transaction. What was changed several times is written once: readers see whole transactions only.
/// </summary>
internal sealed class ChangelogWriter
{
    private readonly ChangelogCodec _codec = new();
    private readonly Dictionary<(RowKey Key, long AtMs, long Sequence), StoredRow?> _changes = [];
    private readonly TaskMark[] _marks;
    private readonly long[] _written;
    private readonly string _topic;
    private readonly int _partition;

    public ChangelogWriter(string topic, int partition, IStore store, IEnumerable<TaskMark> marks)
    {
        (_topic, _partition) = (topic, partition);
        _marks = [.. marks.Where(m => m.Store.Name == store.Spec.Name)];
        _written = [.. _marks.Select(m => m.Value)];
        store.Changed = change => _changes[(change.Key, change.AtMs, change.Sequence)] = change.Row;
    }

    /// <summary>Writes what has changed.</summary>
    /// <param name="send">Takes topic, partition, key and value of a record.</param>
    public void Flush(Action<string, int, byte[], byte[]?> send)
    {
        foreach (var ((key, atMs, sequence), row) in _changes)
        {
            send(_topic, _partition, _codec.Key(key, atMs, sequence), _codec.Value(row));
        }

        _changes.Clear();
        for (var i = 0; i < _marks.Length; i++)
        {
            if (_marks[i].Value != _written[i])
            {
                var (key, value) = _codec.Of(_marks[i]);
                send(_topic, _partition, key, value);
                _written[i] = _marks[i].Value;
            }
        }
    }
}
