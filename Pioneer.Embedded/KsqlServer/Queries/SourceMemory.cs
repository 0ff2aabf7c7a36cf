using System.Text.Json;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// Which topic the positions of each query are places in, in a file. The cluster cannot say it: offsets are committed by name, and those of a deleted
/// topic go, and with them that the query ever ran, or are committed once more to a new topic of that name. Safe for concurrent use.
/// </summary>
internal sealed class SourceMemory
{
    private readonly string _file;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, KnownSource> _known;

    public SourceMemory(string file)
    {
        _file = file;
        _known = File.Exists(file)
            ? JsonSerializer.Deserialize<SortedDictionary<string, KnownSource>>(File.ReadAllText(file), JsonSerializerOptions.Web)!
            : [];
    }

    /// <summary>The id of the topic of that name when the query last began; null where it never did.</summary>
    public Guid? Of(string queryId, string topic)
    {
        lock (_lock)
        {
            return Find(queryId, topic)?.Id;
        }
    }

    /// <summary>The query's positions are committed, and are places in this topic.</summary>
    public void Remember(string queryId, string topic, Guid id)
    {
        lock (_lock)
        {
            var now = new KnownSource(topic, id);
            if (Find(queryId, topic) != now)
            {
                _known[Key(queryId, topic)] = now;
                Save();
            }
        }
    }

    /// <summary>The query is no more, and its positions neither.</summary>
    public void Forget(string queryId)
    {
        lock (_lock)
        {
            var gone = _known.Keys.Where(k => k == queryId || k.StartsWith(Key(queryId, string.Empty), StringComparison.Ordinal)).ToList();
            gone.ForEach(k => _known.Remove(k));
            if (gone.Count > 0)
            {
                Save();
            }
        }
    }

    // Ids of queries have no blanks. Files of earlier releases know one source a query, by its id alone.
    private static string Key(string queryId, string topic) => $"{queryId} {topic}";

    private KnownSource? Find(string queryId, string topic) => _known.TryGetValue(Key(queryId, topic), out var known)
        ? known
        : _known.TryGetValue(queryId, out var only) && only.Topic == topic ? only : null;

    /// <summary>Writes beside and renames: a crash leaves the old list or the new one.</summary>
    private void Save()
    {
        var beside = _file + ".new";
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, _known, JsonSerializerOptions.Web);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, _file, overwrite: true);
    }

    private sealed record KnownSource(string Topic, Guid Id);
}
