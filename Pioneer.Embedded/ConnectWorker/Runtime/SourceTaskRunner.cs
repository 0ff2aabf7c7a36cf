using Confluent.Kafka;
using Pioneer.Embedded.Connect.Configuration;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>
/// Runs one task until it is stopped or fails. It works in sessions: take over the transactional id, read the committed offsets, open the
/// source, poll and commit. An error that passes (an outage of Kafka or of the source) ends the session, and after a pause the next one
/// begins at the committed offsets, so nothing is lost or doubled; any other error makes the task FAILED with a trace.
/// </summary>
internal sealed partial class SourceTaskRunner : IAsyncDisposable
{
    private const int MaxTransactionRecords = 10_000;
    private const int MaxFencings = 3;
    private static readonly TimeSpan MaxTransactionAge = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MinBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FencingWindow = TimeSpan.FromMinutes(5);

    /// <summary>As Connect's <c>task.shutdown.graceful.timeout.ms</c>.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly WorkerContext _context;
    private readonly ISourceConnector _connector;
    private readonly IReadOnlyDictionary<string, string> _config;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _topicsSeen = new(StringComparer.Ordinal);
    private readonly Queue<long> _fencings = new();
    private readonly SkippedRows _skipped;
    private readonly TaskProgress _progress;
    private readonly bool _logsSkipped;
    private readonly Lock _gate = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _injected;
    private bool _paused;
    private bool _sourceReached;
    private TimeSpan _backoff = MinBackoff;
    private Task _run = Task.CompletedTask;

    public SourceTaskRunner(
        WorkerContext context,
        TaskName name,
        ISourceConnector connector,
        IReadOnlyDictionary<string, string> taskConfig,
        bool paused)
    {
        _context = context;
        Name = name;
        _connector = connector;
        _config = taskConfig;
        _paused = paused;
        _logger = context.Loggers.CreateLogger<SourceTaskRunner>();
        _skipped = new SkippedRows(name.Index);
        _progress = new TaskProgress(name.Index, context.Time);
        _logsSkipped = new ConfigView(taskConfig).GetBoolean("errors.log.enable", false);
    }

    public TaskName Name { get; }

    public IReadOnlyDictionary<string, string> Config => _config;

    public ConnectorState State { get; private set; } = ConnectorState.Unassigned;

    public string? Trace { get; private set; }

    /// <summary>Records that were left out since the start.</summary>
    public Rest.SkippedInfo Skipped => _skipped.Committed;

    /// <summary>What it has done since the start.</summary>
    public Rest.ProgressInfo Progress => _progress.Info;

    public void Start()
    {
        Report(_paused ? ConnectorState.Paused : ConnectorState.Running, null);
        _run = Task.Run(RunAsync);
    }

    public void SetPaused(bool paused)
    {
        lock (_gate)
        {
            _paused = paused;
            if (State is ConnectorState.Running or ConnectorState.Paused)
            {
                Report(paused ? ConnectorState.Paused : ConnectorState.Running, null);
            }

            Wake();
        }
    }

    /// <summary>Makes the task fail as if its code had thrown, for a drill.</summary>
    public void Inject(Exception fault)
    {
        lock (_gate)
        {
            _injected = fault;
            Wake();
        }
    }

    /// <summary>
    /// Stops the task. One that hangs in a call is left to itself after a while: it reports nothing any more, and whoever takes over its
    /// transactional id fences it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run.WaitAsync(StopTimeout, _context.Time);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            LogAbandoned(_logger, Name);
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await RunSessionAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (!_stop.IsCancellationRequested && Passes(error))
            {
                LogRetry(_logger, Name, error.Message, _backoff);
                _progress.Fail(error.Message, error is SourceUnavailableException);
                ConnectMetrics.Retries.Add(1);
                await Task.Delay(_backoff, _context.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _backoff = _backoff * 2 < MaxBackoff ? _backoff * 2 : MaxBackoff;
            }
            catch (Exception error) when (_stop.IsCancellationRequested)
            {
                LogStopped(_logger, Name, error.Message);
                return;
            }
            catch (Exception error)
            {
                LogFailed(_logger, error, Name);
                _progress.Fail(error.Message, isOfSource: false);
                lock (_gate)
                {
                    Report(ConnectorState.Failed, ErrorTrace.Of(error));
                }

                return;
            }
        }
    }

    private async Task RunSessionAsync(CancellationToken cancellationToken)
    {
        ThrowIfInjected();
        _skipped.Forget();
        _progress.Forget();
        var pipeline = new RecordPipeline(_config, _skipped);
        await using var writer = new TransactionalWriter(_context, Name, _config, _logger);
        await writer.InitAsync(cancellationToken);
        await _context.Topics.ReadToEndAsync(_context.Options.OffsetTopic, cancellationToken);
        await using var task = _connector.CreateTask(await _context.References.ResolveAsync(_config, cancellationToken));
        try
        {
            _progress.Asks();
            await task.StartAsync(StoredOffset, cancellationToken);
            _progress.Reached(null);
            _sourceReached = true;
            while (true)
            {
                await StepAsync(task, pipeline, writer, cancellationToken);
                _backoff = MinBackoff;
            }
        }
        catch (Exception error) when (error is not (KafkaException or OperationCanceledException) && task.IsTransient(error))
        {
            throw new SourceUnavailableException($"The source is away: {error.Message}", error);
        }
    }

    private string? StoredOffset(string partition)
    {
        var stored = _context.State.Offset(Name.Connector, partition);
        if (stored is not null)
        {
            _progress.GoesOnFrom(new Data.SourcePosition(partition, stored));
        }

        return stored;
    }

    private async Task StepAsync(ISourceTask task, RecordPipeline pipeline, TransactionalWriter writer, CancellationToken cancellationToken)
    {
        ThrowIfInjected();
        if (!writer.IsOpen)
        {
            await WhilePausedAsync(cancellationToken);
        }

        _progress.Asks();
        var batch = await task.PollAsync(cancellationToken);
        _progress.Answered();
        if (batch.ReadUpTo is not null)
        {
            _progress.Reached(batch.ReadUpTo);
        }

        if (batch.Records.Count > 0)
        {
            await AddAsync(batch.Records, pipeline, writer, cancellationToken);
        }

        var due = batch.Pause > TimeSpan.Zero || batch.CycleCompleted is not null || _paused
            || writer.OpenRecords >= MaxTransactionRecords || writer.Age >= MaxTransactionAge;
        if (due || !writer.IsOpen)
        {
            await CommitAsync(writer, cancellationToken);
        }

        if (batch.CycleCompleted is { } cycle)
        {
            ConnectMetrics.BulkCycles.Add(1);
            LogBulkCycle(_logger, Name, cycle.Rows, cycle.Of, (long)cycle.Took.TotalMilliseconds);
        }

        if (batch.Pause > TimeSpan.Zero)
        {
            await SleepAsync(batch.Pause, cancellationToken);
        }
    }

    private async Task AddAsync(
        IReadOnlyList<Data.SourceRecord> records,
        RecordPipeline pipeline,
        TransactionalWriter writer,
        CancellationToken cancellationToken)
    {
        try
        {
            foreach (var record in records)
            {
                await AddAsync(record, pipeline, writer, cancellationToken);
            }
        }
        catch (Data.ConnectDataException)
        {
            // it fails the task, and costs none of the records before it
            await CommitAsync(writer, cancellationToken);
            throw;
        }
    }

    private async Task AddAsync(Data.SourceRecord record, RecordPipeline pipeline, TransactionalWriter writer, CancellationToken cancellationToken)
    {
        if (pipeline.Process(record) is { } converted)
        {
            try
            {
                await writer.AddAsync(converted, cancellationToken);
            }
            catch (Data.ConnectDataException refused)
            {
                pipeline.Skip(record, refused);
            }

            if (_topicsSeen.Add(converted.Topic))
            {
                _context.Status.TopicUsed(Name, converted.Topic);
            }
        }

        writer.Advance(record.Position);
    }

    private async Task CommitAsync(TransactionalWriter writer, CancellationToken cancellationToken)
    {
        var records = writer.OpenRecords;
        if (writer.IsOpen)
        {
            await writer.CommitAsync(cancellationToken);
            ConnectMetrics.Records.Add(records);
        }

        _progress.Commit(records);
        foreach (var row in _skipped.Commit(_context.Time.GetUtcNow()))
        {
            ConnectMetrics.Skipped.Add(1);
            if (_logsSkipped)
            {
                LogSkipped(_logger, Name, row.Place, row.Topic, row.Reason);
            }
        }
    }

    /// <summary>Whether the next session may do better.</summary>
    private bool Passes(Exception error) => error switch
    {
        InjectedFaultException => false,
        SourceUnavailableException => _sourceReached || error.InnerException is null,
        KafkaException kafka when IsFencing(kafka.Error.Code) => CountFencing(),
        KafkaException kafka => kafka.Error.Code is not (
            ErrorCode.TopicAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
            or ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsg or ErrorCode.TopicException
            or ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart or ErrorCode.PolicyViolation
            or ErrorCode.Local_InvalidArg or ErrorCode.SaslAuthenticationFailed),
        TimeoutException => true,
        _ => false,
    };

    private static bool IsFencing(ErrorCode code) =>
        code is ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch or ErrorCode.Local_Fenced;

    /// <summary>
    /// A transaction that outlived its timeout in an outage is fenced by the broker, which passes; a second worker with the same group id
    /// fences again and again, which does not.
    /// </summary>
    private bool CountFencing()
    {
        _fencings.Enqueue(_context.Time.GetTimestamp());
        while (_context.Time.GetElapsedTime(_fencings.Peek()) > FencingWindow)
        {
            _fencings.Dequeue();
        }

        return _fencings.Count <= MaxFencings;
    }

    private async Task WhilePausedAsync(CancellationToken cancellationToken)
    {
        while (_paused)
        {
            await SleepAsync(Timeout.InfiniteTimeSpan, cancellationToken);
            ThrowIfInjected();
        }
    }

    private async Task SleepAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        Task wake;
        lock (_gate)
        {
            wake = _wake.Task;
            if (_injected is not null)
            {
                return;
            }
        }

        try
        {
            await wake.WaitAsync(pause, _context.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The pause is over.
        }
    }

    private void ThrowIfInjected()
    {
        lock (_gate)
        {
            if (_injected is { } fault)
            {
                _injected = null;
                throw fault;
            }
        }
    }

    private void Wake()
    {
        _wake.TrySetResult();
        _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Report(ConnectorState state, string? trace)
    {
        State = state;
        Trace = trace;
        _context.Status.Task(Name, state, trace);
    }

    [LoggerMessage(7204, LogLevel.Warning, "{Task}: {Reason}; next try in {Pause}")]
    private static partial void LogRetry(ILogger logger, TaskName task, string reason, TimeSpan pause);

    [LoggerMessage(7203, LogLevel.Warning, "{Task}: {Place} was left out of {Topic}: {Reason}")]
    private static partial void LogSkipped(ILogger logger, TaskName task, string place, string topic, string reason);

    [LoggerMessage(7207, LogLevel.Warning, "{Task} did not stop in time and was abandoned")]
    private static partial void LogAbandoned(ILogger logger, TaskName task);

    [LoggerMessage(7208, LogLevel.Debug, "{Task} ended while it was stopped: {Reason}")]
    private static partial void LogStopped(ILogger logger, TaskName task, string reason);

    [LoggerMessage(7205, LogLevel.Error, "{Task} failed")]
    private static partial void LogFailed(ILogger logger, Exception error, TaskName task);

    [LoggerMessage(7206, LogLevel.Information, "{Task}: bulk cycle complete, {Rows} rows of {Of} committed, read in {ElapsedMs} ms")]
    private static partial void LogBulkCycle(ILogger logger, TaskName task, long rows, string of, long elapsedMs);
}
