using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Functions;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// One life of a persistent query: reads, computes, writes, and commits outputs and input offsets in one transaction, so that each
/// input counts exactly once whatever dies when. Any failure ends the life; the next one fences this one by the transactional id,
/// which also settles a transaction left open, and starts at the committed offsets. Runs on a thread of its own.
/// </summary>
internal sealed class QueryPump : IDisposable
{
    /// <summary>A transaction is ended after this long, so that readers of the output wait no longer; SHOW PROPERTIES tells it as the commit interval.</summary>
    internal static readonly TimeSpan MaxTransaction = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A group without members forgets offsets that nobody commits for days; so they are committed again.</summary>
    private static readonly TimeSpan RecommitInterval = TimeSpan.FromHours(6);

    private const int MaxTransactionRecords = 20_000;

    /// <summary>Bad rows are told at first and only traced after that: a bad feed must not fill the log.</summary>
    private const int MaxFailuresAsWarnings = 10;

    private readonly QueryDefinition _query;
    private readonly KafkaClients _clients;
    private readonly QueryBeginning _beginning;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly QueryFaults _faults;
    private readonly OpenFaults _open = new();
    private readonly ResultProducer _producer;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly RecordProjector _projector;
    private readonly RowWriter _writer;
    private readonly bool _fromEarliest;
    private readonly Dictionary<int, long> _positions = [];
    private readonly Dictionary<int, long> _committed = [];
    private readonly HashSet<int> _moved = [];
    private readonly List<ConsumeResult<byte[]?, byte[]?>> _taken = [];
    private readonly Queue<ConsumeResult<byte[]?, byte[]?>> _again = [];
    private int _room = MaxTransactionRecords;
    private bool _refusedBefore;
    private long _told;

    public QueryPump(
        QueryDefinition query, string group, KafkaClients clients, QueryBeginning beginning, FunctionServices services, WatchedCall commit, QueryFaults faults,
        ILogger logger)
    {
        _query = query;
        _clients = clients;
        _beginning = beginning;
        _faults = faults;
        _logger = logger;
        _time = services.Time;
        _fromEarliest = query.Properties.TryGetValue("auto.offset.reset", out var reset) && string.Equals(reset, "earliest", StringComparison.OrdinalIgnoreCase);
        _projector = new RecordProjector(query.Source, query.Plan, dropsTombstones: query.Plan.Filter is not null, services);
        _writer = new RowWriter(query.Sink, _projector.Columns);
        _consumer = clients.Consumer(group);
        _producer = new ResultProducer(query.Id, group, clients, commit, logger);
    }

    /// <summary>Runs until stopped; what was read is committed then. Failures throw.</summary>
    /// <param name="onReady">Called once the query is positioned and reads.</param>
    /// <param name="stop">Ends the run.</param>
    public void Run(Action onReady, CancellationToken stop)
    {
        _producer.Init(ThrowIfRefused, stop);
        _clients.SignedIn();
        Position();
        onReady();
        try
        {
            PumpUntil(stop);
        }
        catch (Exception e) when (_producer.InTransaction && e is ConsumeException or LogWentBackException or KafkaTxnRequiresAbortException)
        {
            Abort();
            throw;
        }
    }

    private void PumpUntil(CancellationToken stop)
    {
        var recommitted = _time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            PumpOnce();
            ThrowIfRefused();
            if (_time.GetElapsedTime(recommitted) > RecommitInterval)
            {
                _moved.UnionWith(_positions.Keys);
                recommitted = _time.GetTimestamp();
            }
        }
    }

    /// <summary>Clients that are refused go on trying and throw nothing: the query would say RUNNING and read nothing.</summary>
    private void ThrowIfRefused()
    {
        if (_clients.Refusal is { } refusal)
        {
            throw new KafkaException(new Error(ErrorCode.SaslAuthenticationFailed, $"Kafka refuses the sign-in of this ksql service: {refusal}"));
        }
    }

    public void Dispose()
    {
        _consumer.Dispose();
        _producer.Dispose();
    }

    /// <summary>
    /// Starts at the committed offsets, where they are places in this log; where there are none, at the start or the end, and commits that at once. A
    /// query that ever ran has committed all partitions of then: one without an offset came later, and nothing in it was seen.
    /// </summary>
    private void Position()
    {
        var committed = _consumer.Committed([.. _beginning.Log.Partitions.Select(p => new TopicPartition(_query.Source.Topic, p))], KafkaClients.CallTimeout);
        var ranBefore = committed.Exists(o => o.Offset.Value >= 0);
        foreach (var offset in committed)
        {
            var partition = offset.Partition.Value;
            var isAnew = _beginning.IsAnew(partition);
            var known = offset.Offset.Value >= 0 && !isAnew;
            _positions[partition] = _committed[partition] = known ? offset.Offset.Value : isAnew || ranBefore ? 0 : InitialOffset(offset.TopicPartition);
            if (!known)
            {
                _moved.Add(partition);
            }
        }

        if (_moved.Count > 0)
        {
            Commit();
        }

        var start = _positions.Select(p => new TopicPartitionOffset(_query.Source.Topic, p.Key, p.Value)).ToList();
        _consumer.Assign(start);
        KsqlServerLog.QueryStarts(_logger, _query.Id, string.Join(", ", start.Select(p => $"{p.Partition.Value}@{p.Offset.Value}")));
    }

    private long InitialOffset(TopicPartition partition)
    {
        var watermarks = _consumer.QueryWatermarkOffsets(partition, KafkaClients.CallTimeout);
        return _fromEarliest ? watermarks.Low.Value : watermarks.High.Value;
    }

    private void PumpOnce()
    {
        var result = Next(PollInterval);
        var began = _time.GetTimestamp();
        while (result is not null)
        {
            _taken.Add(result);
            Take(result);
            result = _taken.Count >= _room || _producer.IsBroken || _time.GetElapsedTime(began) >= MaxTransaction ? null : Next(TimeSpan.Zero);
        }

        if (_moved.Count > 0)
        {
            Settle();
        }

        _taken.Clear();
    }

    private ConsumeResult<byte[]?, byte[]?>? Next(TimeSpan patience) => _again.TryDequeue(out var result) ? result : _consumer.Consume(patience);

    /// <summary>
    /// Commits what was taken. Where brokers refuse a record of it, nothing of it stands, and who refuses names no record: smaller and smaller transactions
    /// find it, the good ones before it are committed on the way, and the bad one is left out alone.
    /// </summary>
    private void Settle()
    {
        try
        {
            Commit();
            _room = Math.Min(_room + (_room / 4) + 1, MaxTransactionRecords);
        }
        catch (KafkaTxnRequiresAbortException refused) when (ResultProducer.IsAboutRecord(refused.Error.Code))
        {
            _producer.Abort();
            _open.Forget();
            _refusedBefore = true;
            if (_taken is [var alone])
            {
                _open.Skip(RecordFault.Of(alone, $"The brokers refuse the result: {new Error(refused.Error.Code).Reason}."));
                Commit();
                return;
            }

            _room = Math.Max(_taken.Count / 2, 1);
            TakeAgain();
        }
        catch (KafkaTxnRequiresAbortException gap) when (gap.Error.Code is ErrorCode.OutOfOrderSequenceNumber && _refusedBefore)
        {
            // brokers miss the numbers of the refused batch; told so, the client begins to count anew
            _refusedBefore = false;
            _producer.Abort();
            _open.Forget();
            TakeAgain();
        }
    }

    /// <summary>Nothing of the transaction was written: its records come again, before those that follow.</summary>
    private void TakeAgain()
    {
        _moved.Clear();
        foreach (var (partition, offset) in _committed)
        {
            _positions[partition] = offset;
        }

        List<ConsumeResult<byte[]?, byte[]?>> later = [.. _again];
        _again.Clear();
        foreach (var result in _taken.Concat(later))
        {
            _again.Enqueue(result);
        }
    }

    private void Take(ConsumeResult<byte[]?, byte[]?> result)
    {
        var partition = result.Partition.Value;
        if (result.IsPartitionEOF)
        {
            // The end may lie behind transaction markers that no record tells about; without this the lag would never be 0.
            Move(partition, result.Offset.Value);
            return;
        }

        if (result.Offset.Value < _positions[partition])
        {
            throw new LogWentBackException(result.Topic, partition, result.Offset.Value, _positions[partition]);
        }

        Process(result);
        Move(partition, result.Offset.Value + 1);
    }

    private void Move(int partition, long offset)
    {
        if (offset > _positions[partition])
        {
            _positions[partition] = offset;
            _moved.Add(partition);
        }
    }

    private void Process(ConsumeResult<byte[]?, byte[]?> record)
    {
        try
        {
            var (row, reason) = _projector.Project(record);
            reason ??= row is null ? null : Write(row, record.Message.Headers);
            if (reason is not null)
            {
                _open.Skip(RecordFault.Of(record, reason));
            }
            else if (row is not null && _projector.HasFailedValues)
            {
                _open.FailedValues(_projector.FailedValues.Select(failed => RecordFault.Of(record, failed)));
            }
        }
        catch (OutOfMemoryException) when (_faults.IsTooLargeAgain(RecordFault.PlaceOf(record.TopicPartitionOffset)))
        {
            _open.Skip(RecordFault.Of(record, RecordFault.TooLarge));
        }
    }

    /// <summary>Writes the result of a row; the reason where it can be no record.</summary>
    private string? Write(ProjectedRow row, Headers? headers)
    {
        Message<byte[]?, byte[]?> message;
        try
        {
            message = _writer.Write(row.Cells, row.TimeMs, row.IsTombstone, headers);
        }
        catch (Exception failure) when (RecordFault.Covers(failure))
        {
            return failure.Message;
        }

        return _producer.Produce(_query.Sink.Topic, message);
    }

    private void Commit()
    {
        _producer.Commit([.. _moved.Select(p => new TopicPartitionOffset(_query.Source.Topic, p, _positions[p]))], _consumer.ConsumerGroupMetadata);
        foreach (var partition in _moved)
        {
            _committed[partition] = _positions[partition];
        }

        _moved.Clear();
        foreach (var fault in _open.CommitTo(_faults, _time.GetUtcNow()))
        {
            KsqlServerLog.RecordFault(_logger, _told++ < MaxFailuresAsWarnings ? LogLevel.Warning : LogLevel.Debug, _query.Id, fault.Place, fault.Reason);
        }
    }

    /// <summary>What was written in this transaction comes again in the next life; until it ends, readers of the output wait.</summary>
    private void Abort()
    {
        try
        {
            _producer.Abort();
        }
        catch (KafkaException failure)
        {
            // the next life ends it by taking its transactional id
            KsqlServerLog.ClientSays(_logger, _query.Id, failure.Error.Reason);
        }
    }
}
