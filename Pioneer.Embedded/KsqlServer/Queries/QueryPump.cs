using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries.Tasks;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// One life of a persistent query: reads, computes, writes, and commits outputs and input offsets in one transaction, so that each
/// input counts exactly once whatever dies when. Any failure ends the life; the next one fences this one by the transactional id,
/// which also settles a transaction left open, and starts at the committed offsets. Runs on a thread of its own.
/// </summary>
internal sealed class QueryPump : IQueryLife
{
    /// <summary>A transaction is ended after this long, so that readers of the output wait no longer; SHOW PROPERTIES tells it as the commit interval.</summary>
    internal static readonly TimeSpan MaxTransaction = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A group without members forgets offsets that nobody commits for days; so they are committed again.</summary>
    internal static readonly TimeSpan RecommitInterval = TimeSpan.FromHours(6);

    private const int MaxTransactionRecords = RefusedRecords.MostRecords;

    private readonly QueryDefinition _query;
    private readonly KafkaClients _clients;
    private readonly QueryBeginning _beginning;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly QueryFaults _faults;
    private readonly OpenFaults _open;
    private readonly ResultProducer _producer;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly RecordProjector _projector;
    private readonly RowWriter _writer;
    private readonly bool _fromEarliest;
    private readonly QuerySource _source;
    private LogCuts _cuts = null!;
    private readonly Dictionary<int, Place> _positions = [];
    private readonly Dictionary<int, Place> _committed = [];
    private readonly HashSet<int> _moved = [];
    private readonly List<ConsumeResult<byte[]?, byte[]?>> _taken = [];
    private readonly Queue<ConsumeResult<byte[]?, byte[]?>> _again = [];
    private int _room = MaxTransactionRecords;
    private bool _refusedBefore;

    public QueryPump(QueryBeginning beginning, LifeSetting setting)
    {
        var (query, group, source, clients, services, commit, faults, logger) = setting;
        _query = query;
        _source = source;
        _clients = clients;
        _beginning = beginning;
        _faults = faults;
        _open = new OpenFaults(query.Id, logger);
        _logger = logger;
        _time = services.Time;
        _fromEarliest = query.Properties.TryGetValue("auto.offset.reset", out var reset) && string.Equals(reset, "earliest", StringComparison.OrdinalIgnoreCase);
        _projector = new RecordProjector(query.Source, query.Plan, dropsTombstones: query.Plan.Filter is not null, services);
        _writer = new RowWriter(query.Sink, _projector.Columns);
        _consumer = clients.Consumer(group);
        _producer = new ResultProducer(query.Id, group, clients, commit, logger);
    }

    /// <inheritdoc/>
    public void Run(Action<IReadOnlyCollection<string>> onReady, CancellationToken stop)
    {
        _cuts = new LogCuts(_source, _consumer, stop);
        _producer.Init(stop);
        _clients.SignedIn();
        onReady(Position());
        try
        {
            PumpUntil(stop);
        }
        catch (Exception e) when (_producer.InTransaction && e is ConsumeException or LogWentBackException or LogMayBeCutException or KafkaTxnRequiresAbortException)
        {
            _producer.Abandon();
            throw;
        }
    }

    private void PumpUntil(CancellationToken stop)
    {
        var recommitted = _time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            PumpOnce();
            _clients.ThrowIfRefused();
            if (_time.GetElapsedTime(recommitted) > RecommitInterval)
            {
                _moved.UnionWith(_positions.Keys);
                recommitted = _time.GetTimestamp();
            }
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
    private IReadOnlyCollection<string> Position()
    {
        var committed = _consumer.Committed([.. _beginning.Logs[0].Partitions.Select(p => new TopicPartition(_query.Source.Topic, p))], KafkaClients.CallTimeout);
        var ranBefore = committed.Exists(o => o.Offset.Value >= 0);
        var found = _cuts.Check(committed.Where(o => !_beginning.IsOfAnother(o.TopicPartition)));
        var told = found.Values.Select(place => place.Cut?.Message).OfType<string>().ToList();
        foreach (var offset in committed)
        {
            var partition = offset.Partition.Value;
            var place = found.GetValueOrDefault(offset.TopicPartition);
            var back = place is null ? _beginning.WentBack.GetValueOrDefault(offset.TopicPartition) : null;
            told.AddRange(back is null ? [] : [back.Message]);
            var isAnew = back is not null || _beginning.IsOfAnother(offset.TopicPartition);
            var known = offset.Offset.Value >= 0 && !isAnew;
            _positions[partition] = _committed[partition] = place is not null ? new Place(place.Next, place.LeaderEpoch)
                : known ? new Place(offset.Offset.Value, offset.LeaderEpoch)
                : new Place(isAnew || ranBefore ? 0 : InitialOffset(offset.TopicPartition), null);
            if (!known || place?.Cut is not null)
            {
                _moved.Add(partition);
            }
        }

        var unread = _moved.Where(partition => _positions[partition].LeaderEpoch is null).Select(Standing);
        foreach (var place in _cuts.InEpochs(unread, _beginning.Logs))
        {
            _positions[place.Partition.Value] = new Place(place.Offset.Value, place.LeaderEpoch);
        }

        if (_moved.Count > 0)
        {
            Commit();
        }

        _source.StandsAt(_positions.Keys.Select(Standing));
        var start = _positions.Select(p => new TopicPartitionOffset(_query.Source.Topic, p.Key, p.Value.Offset)).ToList();
        _consumer.Assign(start);
        KsqlServerLog.QueryStarts(_logger, _query.Id, string.Join(", ", start.Select(p => $"{p.Partition.Value}@{p.Offset.Value}")));
        return told;
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
        foreach (var (partition, place) in _committed)
        {
            _positions[partition] = place;
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
            Move(partition, _positions[partition] with { Offset = result.Offset.Value });
            return;
        }

        if (result.Offset.Value < _positions[partition].Offset)
        {
            throw new LogWentBackException(result.Topic, partition, result.Offset.Value, _positions[partition].Offset);
        }

        _cuts.BeforeTaking(result, Standing(partition));
        Process(result);
        Move(partition, new Place(result.Offset.Value + 1, result.LeaderEpoch));
    }

    private void Move(int partition, Place place)
    {
        if (place.Offset > _positions[partition].Offset)
        {
            _positions[partition] = place;
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

        return _producer.Produce(new TopicPartition(_query.Sink.Topic, Partition.Any), message);
    }

    private void Commit()
    {
        TopicPartitionOffset[] moved = [.. _moved.Select(Standing)];
        _producer.Commit(moved, _consumer.ConsumerGroupMetadata);
        _source.StandsAt(moved);
        foreach (var partition in _moved)
        {
            _committed[partition] = _positions[partition];
        }

        _moved.Clear();
        _open.CommitTo(_faults, _time.GetUtcNow());
    }

    private TopicPartitionOffset Standing(int partition) => new(_query.Source.Topic, partition, _positions[partition].Offset, _positions[partition].LeaderEpoch);

    /// <summary>Where it stands in a partition.</summary>
    /// <param name="Offset">What it reads next.</param>
    /// <param name="LeaderEpoch">
    /// Of the last record before, or of the leader when it began here; null where brokers do not tell. librdkafka tells the end of a partition with epoch
    /// 0, whatever it is.
    /// </param>
    private readonly record struct Place(long Offset, int? LeaderEpoch);
}
