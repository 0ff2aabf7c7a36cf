using System.Collections.Concurrent;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>The answer to InitProducerId; id and epoch are -1 with an error.</summary>
public readonly record struct ProducerIdentity(ErrorCode Error, long ProducerId, short ProducerEpoch);

/// <summary>
/// Transactions (protocol of Kafka 2.5 to 4.x without TV2), kept in <c>__transaction_state</c>. Opening completes what a crash left in a
/// Prepare state. Thread safe; timeouts run on the given clock.
/// </summary>
/// <remarks>
/// The outcome is decided when the Prepare record is in the log; markers follow, then the Complete record. Stopped anywhere between, the
/// next start writes the markers again (a second one writes nothing) and completes. An Ongoing transaction whose producer is gone runs
/// into its timeout and is aborted.
/// </remarks>
public sealed partial class TransactionCoordinator : IAsyncDisposable
{
    // An id's epochs end before short.MaxValue: one is left for fencing
    private const short LastEpoch = short.MaxValue - 1;

    private readonly ConcurrentDictionary<string, TransactionalId> _ids = new();
    private readonly LogManager _logs;
    private readonly GroupCoordinator _groups;
    private readonly ProducerIdAllocator _producerIds;
    private readonly TransactionOptions _options;
    private readonly StateLog _log;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _sweeping;

    private TransactionCoordinator(
        LogManager logs, GroupCoordinator groups, ProducerIdAllocator producerIds, TransactionOptions options, ILogger logger, TimeProvider time)
    {
        _logs = logs;
        _groups = groups;
        _producerIds = producerIds;
        _options = options;
        _logger = logger;
        _time = time;
        _log = new StateLog(
            logs, InternalTopics.TransactionStateId, InternalTopics.TransactionState, logs.Options.TransactionPartitions, time);
        Load();
        CompleteEnding();
        _timer = time.CreateTimer(_ => Sweep(), null, options.TimeoutCheckInterval, options.TimeoutCheckInterval);
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Loads the state and completes what was left in a Prepare state. Every topic's logs must be open in <paramref name="logs"/>.</summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public static TransactionCoordinator Open(
        LogManager logs, GroupCoordinator groups, ProducerIdAllocator producerIds, TransactionOptions options, ILoggerFactory loggers,
        TimeProvider time) => new(logs, groups, producerIds, options, loggers.CreateLogger<TransactionCoordinator>(), time);

    /// <summary>AddPartitionsToTxn.</summary>
    public ErrorCode AddPartitions(string transactionalId, long producerId, short epoch, IReadOnlyList<TopicPartition> partitions)
    {
        if (!_ids.TryGetValue(transactionalId, out var id))
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        lock (id.Gate)
        {
            var error = CheckProducer(id, producerId, epoch);
            if (error != ErrorCode.None)
            {
                return error;
            }

            var metadata = id.Metadata!;
            if (metadata.IsEnding)
            {
                return ErrorCode.ConcurrentTransactions;
            }

            var ongoing = metadata.State == TransactionState.Ongoing;
            if (ongoing && partitions.All(metadata.Partitions.Contains))
            {
                return ErrorCode.None;
            }

            return Store(id, metadata with
            {
                State = TransactionState.Ongoing,
                Partitions = ongoing ? metadata.Partitions.Union(partitions) : [.. partitions],
                UpdatedMs = NowMs,
                StartedMs = ongoing ? metadata.StartedMs : NowMs,
            });
        }
    }

    /// <summary>AddOffsetsToTxn.</summary>
    public ErrorCode AddOffsets(string transactionalId, long producerId, short epoch, string groupId) =>
        groupId.Length == 0 ? ErrorCode.InvalidGroupId
            : AddPartitions(transactionalId, producerId, epoch, [_groups.PartitionOf(groupId)]);

    /// <summary>TxnOffsetCommit; one error per offset.</summary>
    public IReadOnlyList<ErrorCode> CommitOffsets(TxnOffsetCommitCommand command)
    {
        IReadOnlyList<ErrorCode> All(ErrorCode error) => [.. command.Offsets.Select(_ => error)];
        if (!_ids.TryGetValue(command.TransactionalId, out var id))
        {
            return All(ErrorCode.InvalidProducerIdMapping);
        }

        lock (id.Gate)
        {
            var error = CheckOpen(id, command.ProducerId, command.ProducerEpoch, _groups.PartitionOf(command.GroupId));
            return error == ErrorCode.None ? _groups.CommitPending(command) : All(error);
        }
    }

    /// <summary>Appends a transactional batch if its partition is in the producer's open transaction; no marker can come between.</summary>
    public AppendResult Append(string transactionalId, PartitionLog log, Memory<byte> batch)
    {
        if (!BatchHeader.TryRead(batch.Span, out var header) || !header.IsTransactional)
        {
            return log.Append(batch);
        }

        if (!_ids.TryGetValue(transactionalId, out var id))
        {
            return AppendResult.Failed(ErrorCode.InvalidProducerIdMapping, $"no transactional id {transactionalId}", log.Offsets.LogStartOffset);
        }

        lock (id.Gate)
        {
            var error = AsProduceError(CheckOpen(id, header.ProducerId, header.ProducerEpoch, log.Name));
            return error == ErrorCode.None
                ? log.Append(batch)
                : AppendResult.Failed(error, $"{log.Name} is not in an open transaction of {transactionalId}: {error}", log.Offsets.LogStartOffset);
        }
    }

    /// <summary>EndTxn: when it answers None, the outcome is durable and the markers are written.</summary>
    public ErrorCode EndTransaction(string transactionalId, long producerId, short epoch, bool commit)
    {
        if (!_ids.TryGetValue(transactionalId, out var id))
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        lock (id.Gate)
        {
            var error = CheckProducer(id, producerId, epoch);
            if (error != ErrorCode.None)
            {
                return error;
            }

            switch (id.Metadata!.State)
            {
                case TransactionState.Ongoing:
                    return End(id, commit, epoch);
                case TransactionState.CompleteCommit:
                case TransactionState.PrepareCommit:
                    return commit ? Complete(id) : ErrorCode.InvalidTxnState;
                case TransactionState.CompleteAbort:
                case TransactionState.PrepareAbort:
                    return commit ? ErrorCode.InvalidTxnState : Complete(id);
                default:
                    return ErrorCode.InvalidTxnState;
            }
        }
    }

    /// <summary>Stops the timer; transactions stay as they are.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private static ErrorCode CheckOpen(TransactionalId id, long producerId, short epoch, TopicPartition partition)
    {
        var error = CheckProducer(id, producerId, epoch);
        return error != ErrorCode.None ? error
            : id.Metadata!.IsEnding ? ErrorCode.ConcurrentTransactions
            : id.Metadata.State == TransactionState.Ongoing && id.Metadata.Partitions.Contains(partition) ? ErrorCode.None
            : ErrorCode.InvalidTxnState;
    }

    // What Produce answers to clients of transactions V1: a fenced producer learns it by its epoch, an unfinished end is a reason to retry.
    private static ErrorCode AsProduceError(ErrorCode error) => error switch
    {
        ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
        ErrorCode.ConcurrentTransactions => ErrorCode.NotEnoughReplicas,
        _ => error,
    };

    private static ErrorCode CheckProducer(TransactionalId id, long producerId, short epoch) =>
        id.Metadata is not { } known || known.ProducerId != producerId ? ErrorCode.InvalidProducerIdMapping
            : known.ProducerEpoch != epoch ? ErrorCode.ProducerFenced
            : ErrorCode.None;

    // Decided with the Prepare record; a higher epoch fences the producer out.
    private ErrorCode End(TransactionalId id, bool commit, short epoch)
    {
        var error = Store(id, id.Metadata! with
        {
            ProducerEpoch = epoch,
            State = commit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort,
            UpdatedMs = NowMs,
        });
        if (error != ErrorCode.None)
        {
            return error;
        }

        // the outcome is durable: markers that fail now are written by the sweep, and the producer is told to ask again
        return Complete(id);
    }

    private ErrorCode Complete(TransactionalId id)
    {
        var metadata = id.Metadata!;
        if (!metadata.IsEnding)
        {
            return ErrorCode.None;
        }

        var commit = metadata.State == TransactionState.PrepareCommit;
        foreach (var partition in metadata.Partitions)
        {
            if (!_logs.TryGet(partition, out var log))
            {
                continue; // the topic was deleted
            }

            var error = log.AppendMarker(metadata.ProducerId, metadata.ProducerEpoch, commit, 0);
            if (error is not ErrorCode.None and not ErrorCode.UnknownTopicOrPartition)
            {
                TransactionLog.MarkersFailed(_logger, id.Id, error);
                return ErrorCode.ConcurrentTransactions;
            }

            if (partition.Topic == InternalTopics.ConsumerOffsets)
            {
                _groups.EndTransaction(partition.Partition, metadata.ProducerId, commit);
            }
        }

        return Store(id, metadata with
        {
            State = commit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort,
            Partitions = [],
            UpdatedMs = NowMs,
        }) == ErrorCode.None ? ErrorCode.None : ErrorCode.ConcurrentTransactions;
    }

    private ErrorCode Store(TransactionalId id, TransactionMetadata metadata)
    {
        var result = _log.Append(_log.PartitionOf(id.Id), [TransactionRecords.Write(id.Id, metadata)]);
        if (result.Error != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        id.Metadata = metadata;
        return ErrorCode.None;
    }

    private void Load()
    {
        for (var partition = 0; partition < _log.Count; partition++)
        {
            foreach (var record in _log.Load(partition).Where(b => !b.Header.IsControl).SelectMany(b => RecordReader.Read(b.Batch)))
            {
                if (record.Key is not { } key || TransactionRecords.ReadKey(key.Span) is not { } name)
                {
                    continue;
                }

                if (record.Value is { } value)
                {
                    _ids.GetOrAdd(name, n => new TransactionalId(n)).Metadata = TransactionRecords.Read(value.Span);
                }
                else
                {
                    _ids.TryRemove(name, out _);
                }
            }
        }
    }
}
