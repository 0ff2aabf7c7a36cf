using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Streams;
using Pioneer.Streams.Processing;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>
/// One life of a persistent query with state: all its tasks in one thread. What records lead to (results, rows for other parts, changes of state)
/// and the positions behind them are one transaction, so that each input counts exactly once whatever dies when. Stores are in memory; a life
/// begins by bringing them back from the changelogs, and ends with any transaction that is not committed, as the stores are ahead then.
/// </summary>
internal sealed partial class TopologyPump : IQueryLife, IProcessingLog
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How often records that have gone from part to part are deleted, as in Kafka Streams.</summary>
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromSeconds(30);

    private readonly QueryDefinition _query;
    private readonly KafkaClients _clients;
    private readonly QuerySource _source;
    private LogCuts _cuts = null!;
    private readonly QueryBeginning _beginning;
    private readonly RefusedRecords _refused;
    private readonly Action<IReadOnlyList<TopicPartitionOffset>> _purge;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly QueryFaults _faults;
    private readonly OpenFaults _open;
    private readonly ResultProducer _producer;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly TaskSet _tasks;
    private readonly InputMerger _inputs;
    private readonly HashSet<string> _inner;
    private readonly Dictionary<TopicPartition, long> _committed = [];
    private readonly List<TopicPartitionOffset> _skipped = [];
    private ConsumeResult<byte[]?, byte[]?>? _current;
    private bool _isCurrentSkipped;
    private int _processed;
    private long _began;

    public TopologyPump(TaskLayout layout, QueryBeginning beginning, RefusedRecords refused, LifeSetting setting, Action<IReadOnlyList<TopicPartitionOffset>> purge)
    {
        (_query, _source, _clients) = (setting.Query, setting.Source, setting.Clients);
        (_beginning, _refused, _purge) = (beginning, refused, purge);
        (_faults, _logger, _time) = (setting.Faults, setting.Logger, setting.Services.Time);
        _open = new OpenFaults(_query.Id, _logger);
        _consumer = setting.Clients.Consumer(setting.Group);
        _producer = new ResultProducer(_query.Id, setting.Group, setting.Clients, setting.Commit, setting.Logger);
        _tasks = new TaskSet(layout, new TaskEnvironment { Stores = new MemoryStores(), Send = Send, Log = this, Functions = setting.Services });
        _inner = layout.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var tables = _query.Sources.Where(s => s.Kind == RelationKind.Table).Select(s => s.Topic).ToHashSet(StringComparer.Ordinal);
        _inputs = new InputMerger(_tasks, _inner, tables, _consumer);
    }

    /// <inheritdoc/>
    public void Run(Action<IReadOnlyCollection<string>> onReady, CancellationToken stop)
    {
        _cuts = new LogCuts(_source, _consumer, stop);
        _producer.Init(stop);
        _clients.SignedIn();
        try
        {
            var restored = StateRestore.Run(_consumer, _tasks, _clients, stop);
            KsqlServerLog.StateRestored(_logger, _query.Id, restored);
            onReady(Position());
            PumpUntil(stop);
        }
        catch (Exception e) when (_producer.InTransaction
            && e is ConsumeException or LogWentBackException or LogMayBeCutException or KafkaTxnRequiresAbortException or RefusedTransactionException)
        {
            _producer.Abandon();
            throw;
        }
    }

    public void Dispose()
    {
        _consumer.Dispose();
        _producer.Dispose();
    }

    private void PumpUntil(CancellationToken stop)
    {
        var (recommitted, purged) = (_time.GetTimestamp(), _time.GetTimestamp());
        while (!stop.IsCancellationRequested)
        {
            PumpOnce();
            _clients.ThrowIfRefused();
            if (_time.GetElapsedTime(recommitted) > QueryPump.RecommitInterval)
            {
                Settle(_inputs.Partitions);
                recommitted = _time.GetTimestamp();
            }

            if (_time.GetElapsedTime(purged) > PurgeInterval)
            {
                Purge();
                purged = _time.GetTimestamp();
            }
        }
    }

    private void PumpOnce()
    {
        (_processed, _began) = (0, _time.GetTimestamp());
        foreach (var waiting in _inputs.Waiting.ToArray())
        {
            Drain(waiting);
        }

        // At least once, however much waits: what others wait for may be what comes now.
        var result = _consumer.Consume(_processed > 0 ? TimeSpan.Zero : PollInterval);
        _began = _processed > 0 ? _began : _time.GetTimestamp();
        while (result is not null)
        {
            Drain(Add(result));
            result = IsFull ? null : _consumer.Consume(TimeSpan.Zero);
        }

        var moved = _inputs.Partitions.Where(p => p.Position != _committed[p.At]).ToArray();
        if (moved.Length > 0)
        {
            Settle(moved);
        }
    }

    private InputGroup Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        if (!result.IsPartitionEOF && result.Offset.Value >= _inputs[result.TopicPartition].Next)
        {
            _cuts.BeforeTaking(result, _inputs[result.TopicPartition].Reading);
        }

        return _inputs.Add(result);
    }

    private bool IsFull => _processed >= _refused.Room || _producer.IsBroken || _time.GetElapsedTime(_began) >= QueryPump.MaxTransaction;

    private void Drain(InputGroup group)
    {
        while (!IsFull && _inputs.Take(group) is var (partition, record))
        {
            Process(partition, record);
        }
    }

    private void Process(InputPartition partition, ConsumeResult<byte[]?, byte[]?> record)
    {
        (_current, _isCurrentSkipped) = (record, false);
        _processed++;
        if (_refused.Reason(record.TopicPartitionOffset) is { } refused)
        {
            _skipped.Add(record.TopicPartitionOffset);
            Skip(refused);
            return;
        }

        var source = RecordMapping.ToSource(record, partition.IsInternal);
        foreach (var task in partition.Tasks)
        {
            try
            {
                task.Task.Process(record.Topic, source);
            }
            catch (OutOfMemoryException) when (_faults.IsTooLargeAgain(RecordFault.PlaceOf(record.TopicPartitionOffset)))
            {
                Skip(RecordFault.TooLarge);
            }
            catch (Exception failure) when (RecordFault.Covers(failure))
            {
                Skip(failure.Message);
            }
        }
    }

    private void Skip(string reason)
    {
        if (!_isCurrentSkipped)
        {
            _isCurrentSkipped = true;
            _open.Skip(RecordFault.Of(_current!, reason));
        }
    }

    void IProcessingLog.Failed(string step, string reason) => Skip(reason);

    void IProcessingLog.FailedValue(string step, string reason) => _open.FailedValues([RecordFault.Of(_current!, $"{step}: {reason}")]);

    private void Send(SentRecord sent)
    {
        var arrived = _inputs.Writes(sent.Topic) ? (Action<DeliveryReport<byte[]?, byte[]?>>)Arrived : null;
        var to = new TopicPartition(sent.Topic, sent.Partition ?? Partition.Any);
        if (_producer.Produce(to, RecordMapping.ToMessage(sent, _inner.Contains(sent.Topic)), arrived) is { } reason)
        {
            Skip(reason);
        }
    }

    private void Arrived(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (!report.Error.IsError)
        {
            _inputs.Arrived(report.TopicPartitionOffset);
        }
    }
}
