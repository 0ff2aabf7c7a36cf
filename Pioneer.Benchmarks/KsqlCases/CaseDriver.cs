using Pioneer.Ksql.Functions;
using Pioneer.Streams;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;
using Pioneer.Streams.Topologies;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>
/// Runs one query on one partition, as Kafka's TopologyTestDriver does: a record is done with everything that it leads to, through the
/// topics inside the query too, before the next one comes.
/// </summary>
internal sealed class CaseDriver
{
    private readonly StreamTask[] _tasks;
    private readonly HashSet<string> _internal;
    private readonly Queue<SentRecord> _sent = new();
    private readonly PriorityQueue<SentRecord, (long TimeMs, int Order)> _waiting = new();
    private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private int _order;

    public CaseDriver(Topology topology, FunctionServices functions, bool throwOnInvalidTime)
    {
        var environment = new TaskEnvironment
        {
            Stores = new MemoryStores(),
            Send = _sent.Enqueue,
            Log = new Ignored(),
            Functions = functions,
            ThrowOnInvalidTime = throwOnInvalidTime,
        };
        _tasks = [.. Enumerable.Range(0, topology.Parts.Length).Select(p => topology.CreateTask(p, 0, environment))];
        _internal = [.. topology.Parts.SelectMany(p => p.Internal).Select(t => t.Name)];
        foreach (var store in _tasks.SelectMany(t => t.Stores))
        {
            store.Changed = _ => _touched.Add(topology.ChangelogOf(store.Spec));
        }
    }

    /// <summary>The topics that were written to, those inside the query among them.</summary>
    public IEnumerable<string> Touched => _touched;

    /// <summary>Whether the query reads a topic.</summary>
    public bool Reads(string topic) => Array.Exists(_tasks, t => t.Topics.Contains(topic)) && !_internal.Contains(topic);

    /// <summary>Takes a record and gives what comes out.</summary>
    public List<SentRecord> Pipe(string topic, SourceRecord record)
    {
        List<SentRecord> results = [];
        Process(topic, record, results);
        while (_waiting.TryDequeue(out var next, out _))
        {
            Process(next.Topic, new SourceRecord(next.Key, next.Value, next.TimeMs, 0, 0, next.Headers), results);
        }

        return results;
    }

    private void Process(string topic, SourceRecord record, List<SentRecord> results)
    {
        var offset = _offsets.GetValueOrDefault(topic);
        _offsets[topic] = offset + 1;
        foreach (var task in _tasks.Where(t => t.Topics.Contains(topic)))
        {
            task.Process(topic, record with { Partition = 0, Offset = offset });
        }

        while (_sent.TryDequeue(out var sent))
        {
            _touched.Add(sent.Topic);
            if (_internal.Contains(sent.Topic))
            {
                _waiting.Enqueue(sent, (sent.TimeMs, _order++));
            }
            else
            {
                results.Add(sent);
            }
        }
    }

    private sealed class Ignored : IProcessingLog
    {
        public void Failed(string step, string reason)
        {
        }

        public void FailedValue(string step, string reason)
        {
        }
    }
}
