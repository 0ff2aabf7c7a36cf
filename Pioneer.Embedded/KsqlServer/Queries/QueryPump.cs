using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Evaluation;
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

    private const int MaxInitAttempts = 6;

    /// <summary>Bad rows are told at first and only traced after that: a bad feed must not fill the log.</summary>
    private const int MaxFailuresAsWarnings = 10;

    private readonly QueryDefinition _query;
    private readonly KafkaClients _clients;
    private readonly QueryBeginning _beginning;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly RowReader _reader;
    private readonly RowWriter _writer;
    private readonly CompiledQuery _compiled;
    private readonly WatchedCall _commit;
    private readonly bool _fromEarliest;
    private readonly Dictionary<int, long> _positions = [];
    private readonly HashSet<int> _moved = [];
    private ConsumeResult<byte[]?, byte[]?>? _current;
    private bool _inTransaction;
    private long _failures;

    public QueryPump(
        QueryDefinition query, string group, KafkaClients clients, QueryBeginning beginning, FunctionServices services, WatchedCall commit, ILogger logger)
    {
        _query = query;
        _clients = clients;
        _beginning = beginning;
        _commit = commit;
        _logger = logger;
        _time = services.Time;
        _fromEarliest = query.Properties.TryGetValue("auto.offset.reset", out var reset) && string.Equals(reset, "earliest", StringComparison.OrdinalIgnoreCase);
        _reader = new RowReader(query.Source);
        _compiled = CompiledQuery.Compile(query.Plan, services, OnExpressionFailure);
        _writer = new RowWriter(query.Sink, _compiled.Columns);
        _consumer = clients.Consumer(group);
        _producer = clients.Producer(group, group + "-0");
    }

    /// <summary>Runs until stopped; what was read is committed then. Failures throw.</summary>
    /// <param name="onReady">Called once the query is positioned and reads.</param>
    /// <param name="stop">Ends the run.</param>
    public void Run(Action onReady, CancellationToken stop)
    {
        InitTransactions(stop);
        Position();
        onReady();
        try
        {
            PumpUntil(stop);
        }
        catch (Exception e) when (_inTransaction && e is ConsumeException or LogWentBackException or KafkaTxnRequiresAbortException)
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

    /// <summary>Coordinators that come back from a crash take long over what stood open, and a producer made anew has them begin anew.</summary>
    private void InitTransactions(CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _producer.InitTransactions(KafkaClients.CallTimeout);
                _clients.SignedIn();
                return;
            }
            catch (KafkaRetriableException slow) when (attempt < MaxInitAttempts && !stop.IsCancellationRequested)
            {
                ThrowIfRefused();
                KsqlServerLog.ClientSays(_logger, _query.Id, slow.Error.Reason);
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
            _positions[partition] = known ? offset.Offset.Value : isAnew || ranBefore ? 0 : InitialOffset(offset.TopicPartition);
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
        var result = _consumer.Consume(PollInterval);
        var began = _time.GetTimestamp();
        for (var count = 1; result is not null; count++)
        {
            Take(result);
            result = count >= MaxTransactionRecords || _time.GetElapsedTime(began) >= MaxTransaction ? null : _consumer.Consume(TimeSpan.Zero);
        }

        if (_moved.Count > 0)
        {
            Commit();
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
        _current = record;
        try
        {
            var row = _reader.Read(record);
            if (row.IsTombstone && _query.Plan.Filter is not null)
            {
                return;
            }

            if (!_compiled.Accepts(row.Cells))
            {
                return;
            }

            var message = _writer.Write(_compiled.Project(row.Cells), row.TimeMs, row.IsTombstone, record.Message.Headers);
            Produce(message);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException)
        {
            var level = _failures++ < MaxFailuresAsWarnings ? LogLevel.Warning : LogLevel.Debug;
            KsqlServerLog.RecordSkipped(_logger, level, _query.Id, record.Topic, record.Partition.Value, record.Offset.Value, e.Message);
        }
    }

    private void Produce(Message<byte[]?, byte[]?> message)
    {
        EnsureTransaction();
        while (true)
        {
            try
            {
                _producer.Produce(_query.Sink.Topic, message);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(PollInterval);
            }
        }
    }

    private void EnsureTransaction()
    {
        if (!_inTransaction)
        {
            _producer.BeginTransaction();
            _inTransaction = true;
        }
    }

    private void Commit()
    {
        EnsureTransaction();
        var offsets = _moved.Select(p => new TopicPartitionOffset(_query.Source.Topic, p, _positions[p])).ToList();

        // librdkafka does not keep this timeout, and after a crash of the group's coordinator it may never return (its issues 5456 and 5511)
        _commit.Run(() => _producer.SendOffsetsToTransaction(offsets, _consumer.ConsumerGroupMetadata, KafkaClients.CallTimeout));
        _producer.CommitTransaction(KafkaClients.CallTimeout);
        _inTransaction = false;
        _moved.Clear();
    }

    /// <summary>What was written in this transaction comes again in the next life; until it ends, readers of the output wait.</summary>
    private void Abort()
    {
        try
        {
            _commit.Run(() => _producer.AbortTransaction(KafkaClients.CallTimeout));
        }
        catch (KafkaException failure)
        {
            // the next life ends it by taking its transactional id
            KsqlServerLog.ClientSays(_logger, _query.Id, failure.Error.Reason);
        }
    }

    private void OnExpressionFailure(EvaluationFailure failure)
    {
        if (_current is { } at)
        {
            var level = _failures++ < MaxFailuresAsWarnings ? LogLevel.Warning : LogLevel.Debug;
            KsqlServerLog.ExpressionFailed(_logger, level, _query.Id, failure.Expression, at.Topic, at.Partition.Value, at.Offset.Value, failure.Reason);
        }
    }
}
