using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Storage;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>A record as bytes, ready to be produced, with the position that its delivery proves.</summary>
internal sealed record ConvertedRecord(
    string Topic, int? Partition, byte[]? Key, byte[]? Value, SourceInstant? Timestamp, SourcePosition Position, ImmutableArray<RecordHeader> Headers);

/// <summary>
/// Writes a task's records and their source offsets in one transaction (KIP-618): either both are visible or neither. The transactional id
/// is the task's, so <see cref="InitAsync"/> ends whatever a killed predecessor left open and fences one that still lives.
/// </summary>
internal sealed partial class TransactionalWriter : IAsyncDisposable
{
    /// <summary>Of one try; a call that takes longer is taken up again, so that a stop is noticed meanwhile.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(20);

    private readonly WorkerContext _context;
    private readonly TaskName _task;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly Dictionary<string, string?> _offsets = new(StringComparer.Ordinal);
    private readonly ILogger _logger;
    private Error? _deliveryError;
    private long _begunAt;

    public TransactionalWriter(WorkerContext context, TaskName task, IReadOnlyDictionary<string, string> config, ILogger logger)
    {
        _context = context;
        _task = task;
        _logger = logger;
        var producer = new ProducerConfig(context.Options.Kafka.ToClientConfig($"connector-producer-{task}"))
        {
            TransactionalId = $"{context.Options.GroupId}-{task}",
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 5,
        };
        const string prefix = "producer.override.";
        foreach (var (key, value) in config.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            producer.Set(key[prefix.Length..], value);
        }

        _producer = new ProducerBuilder<byte[]?, byte[]?>(producer)
            .SetLogHandler((_, message) => LogClient(_logger, _task, message.Message))
            .SetErrorHandler((_, error) => LogClient(_logger, _task, error.Reason))
            .Build();
    }

    /// <summary>Records of the open transaction; 0 when none is open.</summary>
    public int OpenRecords { get; private set; }

    public bool IsOpen { get; private set; }

    public TimeSpan Age => IsOpen ? _context.Time.GetElapsedTime(_begunAt) : TimeSpan.Zero;

    public Task InitAsync(CancellationToken cancellationToken) => RetryAsync(() => _producer.InitTransactions(CallTimeout), cancellationToken);

    /// <summary>Adds a record to the open transaction, beginning one where none is.</summary>
    /// <exception cref="ConnectDataException">It is larger than the producer sends; the transaction goes on without it.</exception>
    public async Task AddAsync(ConvertedRecord record, CancellationToken cancellationToken)
    {
        Begin();
        var message = new Message<byte[]?, byte[]?>
        {
            Key = record.Key,
            Value = record.Value,
            Timestamp = record.Timestamp is { } time ? new Timestamp(time.UnixMs, TimestampType.CreateTime) : Timestamp.Default,
        };
        foreach (var header in record.Headers)
        {
            (message.Headers ??= []).Add(header.Key, header.Value);
        }

        var target = new TopicPartition(record.Topic, record.Partition ?? Partition.Any);
        while (!TryProduce(target, message))
        {
            await Task.Delay(QueueFullPause, cancellationToken);
        }

        Advance(record.Position);
        OpenRecords++;
    }

    /// <summary>Notes a position whose record was dropped on the way: it is not to be read again either.</summary>
    public void Advance(SourcePosition position)
    {
        if (position.OffsetJson is not null)
        {
            Begin();
            _offsets[position.PartitionJson] = position.OffsetJson;
        }
    }

    /// <summary>Commits records and offsets together. Returns when the commit is certain; throws when it is not.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        foreach (var (partition, offset) in _offsets)
        {
            var message = WorkerTopics.Message(WorkerState.OffsetKey(_task.Connector, partition), offset);
            _producer.Produce(
                _context.Options.OffsetTopic,
                new Message<byte[]?, byte[]?> { Key = message.Key, Value = message.Value },
                OnDelivered);
        }

        try
        {
            await RetryAsync(() => _producer.CommitTransaction(CallTimeout), cancellationToken);
        }
        catch (KafkaException error) when (_deliveryError is { } cause)
        {
            throw new KafkaException(cause, error);
        }

        _offsets.Clear();
        OpenRecords = 0;
        IsOpen = false;
    }

    public async ValueTask DisposeAsync() => await Task.Run(() =>
    {
        try
        {
            if (IsOpen)
            {
                _producer.AbortTransaction(TimeSpan.FromSeconds(2));
            }
        }
        catch (KafkaException error)
        {
            // Whoever takes the transactional id next ends the transaction.
            LogClient(_logger, _task, error.Error.Reason);
        }
        finally
        {
            _producer.Dispose();
        }
    });

    private void Begin()
    {
        if (!IsOpen)
        {
            _producer.BeginTransaction();
            _begunAt = _context.Time.GetTimestamp();
            _deliveryError = null;
            IsOpen = true;
        }
    }

    private bool TryProduce(TopicPartition target, Message<byte[]?, byte[]?> message)
    {
        try
        {
            _producer.Produce(target, message, OnDelivered);
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[]?, byte[]?> error) when (error.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            throw new ConnectDataException(
                $"The record has {(message.Key?.Length ?? 0) + (message.Value?.Length ?? 0)} bytes, more than a producer may send (message.max.bytes).", error);
        }
    }

    private void OnDelivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError && report.Error.Code != ErrorCode.Local_PurgeQueue && report.Error.Code != ErrorCode.Local_PurgeInflight)
        {
            _deliveryError ??= new Error(report.Error.Code, $"{report.Topic}: {report.Error.Reason}");
        }
    }

    private static async Task RetryAsync(Action call, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Task.Run(call, cancellationToken);
                return;
            }
            catch (KafkaRetriableException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    [LoggerMessage(7202, LogLevel.Debug, "{Task}: {Message}")]
    private static partial void LogClient(ILogger logger, TaskName task, string message);
}
