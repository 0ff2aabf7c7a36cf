using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Connect.Storage;

/// <summary>A record of one of the worker's topics; a null value is a deletion.</summary>
internal sealed record WorkerRecord(string Topic, string Key, string? Value);

/// <summary>
/// The worker's compacted topics: created where missing, read from the start by one read_committed consumer for as long as the worker
/// lives, written by one idempotent producer. (Tasks write offsets with producers of their own, in their transactions.)
/// </summary>
internal sealed partial class WorkerTopics : IAsyncDisposable
{
    private const int OffsetPartitions = 5;
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(200);

    private readonly ConnectWorkerOptions _options;
    private readonly ILogger _logger;
    // librdkafka's clients connect when they are made, which is not before the worker's user is there to sign in as
    private readonly OwnedClient<IAdminClient> _admin;
    private readonly OwnedClient<IProducer<byte[], byte[]?>> _producer;
    private readonly Lazy<IConsumer<byte[], byte[]?>> _consumer;
    private readonly Action<WorkerRecord> _onRecord;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, long> _positions = [];
    private readonly List<Waiter> _waiters = [];
    private Task _loop = Task.CompletedTask;

    public WorkerTopics(ConnectWorkerOptions options, Action<WorkerRecord> onRecord, ILogger logger)
    {
        _options = options;
        _onRecord = onRecord;
        _logger = logger;
        var clientId = options.GroupId + "-state";
        _admin = new(() => new AdminClientBuilder(options.Kafka.ToClientConfig(clientId)).SetLogHandler(Quiet).SetErrorHandler(Ignore).Build());
        _producer = new(() => new ProducerBuilder<byte[], byte[]?>(new ProducerConfig(options.Kafka.ToClientConfig(clientId))
        {
            EnableIdempotence = true,
            LingerMs = 0,
            Partitioner = Partitioner.Murmur2Random,
        }).SetLogHandler(Quiet).SetErrorHandler(Ignore).Build(), producer => producer.Flush(FlushTimeout));
        _consumer = new(() => new ConsumerBuilder<byte[], byte[]?>(new ConsumerConfig(options.Kafka.ToClientConfig(clientId))
        {
            GroupId = options.GroupId,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // The end of a topic is known one empty fetch after its last record: this is what starting a task waits for.
            FetchWaitMaxMs = 200,
        }).SetLogHandler(Quiet).SetErrorHandler(Ignore).Build());
    }

    /// <summary>Cluster id of Kafka; empty before the first answer.</summary>
    public string ClusterId { get; private set; } = "";

    /// <summary>Creates what is missing, starts reading, and returns when everything that was there has been read.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var description = await _admin.Use(admin => admin.DescribeClusterAsync(
            new DescribeClusterOptions { RequestTimeout = MetadataTimeout }));
        ClusterId = description.ClusterId;
        await CreateMissingAsync();
        var partitions = Partitions(_options.ConfigTopic).Concat(Partitions(_options.OffsetTopic)).Concat(Partitions(_options.StatusTopic));
        if (_loop.IsCompleted)
        {
            // of a try before this one it goes on: a second one would read with the same consumer, and nobody would wait for the first
            _consumer.Value.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
            _loop = Task.Factory.StartNew(ReadLoop, _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        await Task.WhenAll(
            ReadToEndAsync(_options.ConfigTopic, cancellationToken),
            ReadToEndAsync(_options.OffsetTopic, cancellationToken),
            ReadToEndAsync(_options.StatusTopic, cancellationToken));
    }

    /// <summary>
    /// Returns when all that stood in the topic at the call has been handed on. The goal is the end for uncommitted readers: whoever calls
    /// this has fenced the writers whose open transactions could keep a committed reader from getting there.
    /// </summary>
    public async Task ReadToEndAsync(string topic, CancellationToken cancellationToken)
    {
        var asked = Partitions(topic).Select(
            partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() });
        var ends = await _admin.Use(admin => admin.ListOffsetsAsync(
            asked, new ListOffsetsOptions { IsolationLevel = IsolationLevel.ReadUncommitted, RequestTimeout = MetadataTimeout }));
        var goal = ends.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition,
            info => info.TopicPartitionOffsetError.Offset.Value);
        var waiter = new Waiter(goal);
        lock (_gate)
        {
            if (waiter.IsReached(_positions))
            {
                return;
            }

            _waiters.Add(waiter);
        }

        try
        {
            await waiter.Done.Task.WaitAsync(MetadataTimeout, cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>Writes one record, acknowledged by all replicas.</summary>
    public Task WriteAsync(string topic, string key, string? value, CancellationToken cancellationToken) =>
        _producer.Use(producer => producer.ProduceAsync(topic, Message(key, value), cancellationToken));

    public static Message<byte[], byte[]?> Message(string key, string? value) => new()
    {
        Key = Encoding.UTF8.GetBytes(key),
        Value = value is null ? null : Encoding.UTF8.GetBytes(value),
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(() =>
        {
            _producer.Dispose();
            if (_consumer.IsValueCreated)
            {
                _consumer.Value.Close();
                _consumer.Value.Dispose();
            }

            _admin.Dispose();
        });
        _stop.Dispose();
    }

    private async Task CreateMissingAsync()
    {
        var existing = _admin.Use(admin => admin.GetMetadata(MetadataTimeout)).Topics
            .Select(topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
        (string Name, int Partitions)[] wanted = [(_options.ConfigTopic, 1), (_options.OffsetTopic, OffsetPartitions), (_options.StatusTopic, 1)];
        var missing = wanted.Where(topic => !existing.Contains(topic.Name)).Select(topic => new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = _options.ReplicationFactor,
            Configs = new Dictionary<string, string>(StringComparer.Ordinal) { ["cleanup.policy"] = "compact" },
        }).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        try
        {
            await _admin.Use(admin => admin.CreateTopicsAsync(missing, new CreateTopicsOptions { RequestTimeout = MetadataTimeout }));
        }
        catch (CreateTopicsException error) when (error.Results.TrueForAll(result =>
            result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            LogTopicsExist(_logger);
        }
    }

    private List<TopicPartition> Partitions(string topic)
    {
        var metadata = _admin.Use(admin => admin.GetMetadata(topic, MetadataTimeout)).Topics.Single();
        return metadata.Error.IsError || metadata.Partitions.Count == 0
            ? throw new KafkaException(metadata.Error)
            : [.. metadata.Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId))];
    }

    private void ReadLoop()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Value.Consume(PollTimeout) is { } result)
                {
                    Accept(result);
                }
            }
            catch (ConsumeException error)
            {
                // librdkafka goes on by itself (reconnects, asks for the leader again); what it cannot mend shows in ReadToEndAsync.
                LogConsumeFailed(_logger, error.Error.Reason);
            }
        }
    }

    private void Accept(ConsumeResult<byte[], byte[]?> result)
    {
        if (!result.IsPartitionEOF && result.Message.Key is { } key)
        {
            var value = result.Message.Value is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
            _onRecord(new WorkerRecord(result.Topic, Encoding.UTF8.GetString(key), value));
        }

        lock (_gate)
        {
            _positions[result.TopicPartition] = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
            foreach (var waiter in _waiters)
            {
                if (waiter.IsReached(_positions))
                {
                    waiter.Done.TrySetResult();
                }
            }
        }
    }

    private void Quiet(object client, LogMessage message) => LogClient(_logger, message.Message);

    private void Ignore(object client, Error error) => LogClient(_logger, error.Reason);

    private sealed record Waiter(Dictionary<TopicPartition, long> Goal)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsReached(Dictionary<TopicPartition, long> positions) =>
            Goal.All(pair => pair.Value <= 0 || positions.GetValueOrDefault(pair.Key, -1) >= pair.Value);
    }

    [LoggerMessage(7101, LogLevel.Debug, "The worker's topics were created by somebody else at the same time")]
    private static partial void LogTopicsExist(ILogger logger);

    [LoggerMessage(7102, LogLevel.Warning, "Reading the worker's topics: {Reason}")]
    private static partial void LogConsumeFailed(ILogger logger, string reason);

    [LoggerMessage(7103, LogLevel.Debug, "{Message}")]
    private static partial void LogClient(ILogger logger, string message);
}
