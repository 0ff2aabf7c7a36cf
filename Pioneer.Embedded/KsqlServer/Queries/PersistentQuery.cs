using System.Collections.Concurrent;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries.Tasks;
using Pioneer.Ksql.Functions;
using Pioneer.Streams.Topologies;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// Keeps a persistent query alive: runs <see cref="QueryPump"/> on a thread, restarts it with growing delays after failures
/// (unreachable brokers and calls that do not return included), holds and resumes it. Safe for concurrent use.
/// </summary>
internal sealed class PersistentQuery : IAsyncDisposable
{
    private const int MaxErrors = 10;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    /// <summary>Brokers that are away this long make a query that begins an error.</summary>
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(60);

    private readonly string _serviceId;
    private readonly KafkaClients _clients;
    private readonly TopicAdmin _topics;
    private readonly QuerySource _source;
    private readonly RefusedRecords _refused = new();
    private readonly FunctionServices _services;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<QueryError> _errors = new();
    private readonly SemaphoreSlim _control = new(1, 1);
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private volatile QueryState _state = QueryState.Running;

    public PersistentQuery(
        QueryDefinition definition, string serviceId, KafkaClients clients, TopicAdmin topics, QuerySource source, FunctionServices services, ILogger logger)
    {
        _serviceId = serviceId;
        _topics = topics;
        Definition = definition;
        Group = GroupOf(serviceId, definition.Id);
        _clients = clients;
        _source = source;
        _services = services;
        _logger = logger;
        Faults = new QueryFaults(services.Time.GetUtcNow());
    }

    /// <summary>What it could not do as it should.</summary>
    public QueryFaults Faults { get; }

    /// <summary>What it does.</summary>
    public QueryDefinition Definition { get; private set; }

    /// <summary>The consumer group that holds its offsets; transactional ids start with it.</summary>
    public string Group { get; }

    /// <summary>How it is.</summary>
    public QueryState State => _state;

    /// <summary>The latest failures, and where it began anew, oldest first.</summary>
    public IReadOnlyCollection<QueryError> Errors => _errors;

    /// <summary>The group of a query as ksqlDB names it.</summary>
    public static string GroupOf(string serviceId, string queryId) => $"_confluent-ksql-{serviceId}query_{queryId}";

    /// <summary>Starts or stops reading as the definition says; returns when a stop has committed what was read.</summary>
    public async Task ApplyAsync(QueryDefinition definition)
    {
        await _control.WaitAsync();
        try
        {
            var changed = !ReferenceEquals(definition.Plan, Definition.Plan);
            Definition = definition;
            if (definition.Paused || changed)
            {
                await HaltAsync();
            }

            if (definition.Paused)
            {
                _state = QueryState.Paused;
            }
            else if (_running.IsCompleted)
            {
                _state = QueryState.Running;
                _stop.Dispose();
                _stop = new CancellationTokenSource();
                var stop = _stop.Token;
                _running = Task.Run(() => LiveAsync(stop), CancellationToken.None);
            }
        }
        finally
        {
            _control.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _control.WaitAsync();
        try
        {
            await HaltAsync();
        }
        finally
        {
            _control.Release();
        }
    }

    private async Task HaltAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private async Task LiveAsync(CancellationToken stop)
    {
        var delay = FirstDelay;
        while (!stop.IsCancellationRequested)
        {
            var began = _services.Time.GetTimestamp();
            try
            {
                await LiveOnceAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (RefusedTransactionException refused)
            {
                KsqlServerLog.BeginsAnew(_logger, Definition.Id, $"{refused.Message} The query looks for the record, to leave it out alone.");
            }
            catch (Exception cut) when (cut is LogMayBeCutException or LogWentBackException)
            {
                // the next life finds out what has become of the log, and tells it
                KsqlServerLog.BeginsAnew(_logger, Definition.Id, cut.Message);
                await Task.Delay(FirstDelay, _services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                // OutOfMemoryException too: one row's value was too large. Let by, it would end this loop while the query still says RUNNING.
                Remember(e);
                delay = _services.Time.GetElapsedTime(began) > HealthyAfter ? FirstDelay : delay;
                KsqlServerLog.QueryFailed(_logger, Definition.Id, (long)delay.TotalMilliseconds, e.Message);
                await Task.Delay(delay, _services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, MaxDelay.Ticks));
            }
        }
    }

    /// <summary>
    /// One life, on a thread of its own, for as long as the source is the same: another one is begun by the next life. A thread that hangs in a commit is left behind: the next life fences its producer, and the pump commits
    /// nothing once it was given up, so a query that was halted stays where it was.
    /// </summary>
    private async Task LiveOnceAsync(CancellationToken stop)
    {
        var beginning = await BeginAsync(stop);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = WatchSourceAsync(beginning, ending);
        try
        {
            await LiveOnceAsync(beginning, ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
            await watching;
        }
    }

    private async Task LiveOnceAsync(QueryBeginning beginning, CancellationToken ending)
    {
        var commit = new WatchedCall(_services.Time, KafkaClients.CallTimeout + WatchInterval);
        var layout = Definition.NeedsTasks ? await LayoutAsync(beginning) : null;
        var setting = new LifeSetting(Definition, Group, _source, _clients, _services, commit, Faults, _logger);
        var life = Task.Factory.StartNew(() => Pump(beginning, layout, setting, ending), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (await Task.WhenAny(life, Task.Delay(WatchInterval, _services.Time, CancellationToken.None)) != life)
        {
            if (commit.TryGiveUp())
            {
                _ = life.ContinueWith(
                    late => KsqlServerLog.LateReturn(_logger, Definition.Id, late.Exception?.InnerException?.Message ?? "it ended"),
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "The offsets were not taken in time, and the Kafka client did not return from the call."));
            }
        }

        await life;
    }

    /// <summary>Waits for brokers that are away; they come back without the query having failed.</summary>
    private async Task<QueryBeginning> BeginAsync(CancellationToken stop)
    {
        for (var began = _services.Time.GetTimestamp(); ;)
        {
            try
            {
                return await _source.BeginAsync(Definition.Topics, stop);
            }
            catch (KafkaException away) when (away.Error.Code is ErrorCode.Local_AllBrokersDown && _services.Time.GetElapsedTime(began) < BrokerPatience)
            {
                KsqlServerLog.ClientSays(_logger, Definition.Id, away.Message);
                await Task.Delay(FirstDelay, _services.Time, stop);
            }
        }
    }

    /// <summary>Ends the life when a source is another log now, was cut, or has more partitions.</summary>
    private async Task WatchSourceAsync(QueryBeginning beginning, CancellationTokenSource ending)
    {
        try
        {
            do
            {
                await Task.Delay(LookInterval, _services.Time, ending.Token);
            }
            while (await _source.AreStillAsync(beginning.Logs, ending.Token));

            await ending.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // the life ended before
        }
    }

    /// <summary>How the tasks of a query with state lie on its topics; those inside it are there then.</summary>
    private async Task<TaskLayout> LayoutAsync(QueryBeginning beginning)
    {
        var topology = Topology.Of(Definition.Plan, Definition.Sink.Relation, _serviceId, Definition.Id);
        var layout = TaskLayout.Of(topology, beginning.Logs.ToDictionary(log => log.Topic, log => log.Partitions.Length, StringComparer.Ordinal));
        await InternalTopics.EnsureAsync(_topics, layout, beginning.HasRun || await Task.Run(() => HasCommitted(beginning)));
        return layout;
    }

    // The brokers know it even where the server's own directory was lost.
    private bool HasCommitted(QueryBeginning beginning)
    {
        using var reader = _clients.Consumer(Group);
        var partitions = beginning.Logs.SelectMany(log => log.Partitions.Select(p => new TopicPartition(log.Topic, p)));
        return reader.Committed(partitions, KafkaClients.CallTimeout).Exists(o => o.Offset.Value >= 0);
    }

    private void Pump(QueryBeginning beginning, TaskLayout? layout, LifeSetting setting, CancellationToken ending)
    {
        using IQueryLife pump = layout is null ? new QueryPump(beginning, setting) : new TopologyPump(layout, beginning, _refused, setting, Purge);
        try
        {
            pump.Run(told => Began(beginning, told), ending);
        }
        catch (LogWentBackException back)
        {
            _source.WentBack(back);
            throw;
        }
    }

    private void Began(QueryBeginning beginning, IReadOnlyCollection<string> told)
    {
        _source.Began(beginning);
        foreach (var other in beginning.Others)
        {
            var kept = Definition.NeedsTasks ? " What it has computed of the old one stays." : string.Empty;
            var message = $"The topic '{other}' was deleted and made anew: committed offsets are not places in it. The query begins anew at its start.{kept}";
            Tell(message);
        }

        foreach (var message in told)
        {
            Tell(message);
        }

        _state = QueryState.Running;
    }

    private void Purge(IReadOnlyList<TopicPartitionOffset> done) => _ = PurgeAsync(done);

    private async Task PurgeAsync(IReadOnlyList<TopicPartitionOffset> done)
    {
        try
        {
            await _topics.DeleteRecordsAsync(done);
        }
        catch (KafkaException failure)
        {
            // they are deleted with the next ones
            KsqlServerLog.ClientSays(_logger, Definition.Id, failure.Message);
        }
    }

    private void Remember(Exception e)
    {
        _state = QueryState.Error;
        var type = e is QuerySetupException ? "USER" : e is KafkaException k
            ? k.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.UnknownTopicOrPart ? "USER" : "SYSTEM"
            : "UNKNOWN";
        Keep(e.Message, type);
    }

    private void Tell(string message)
    {
        KsqlServerLog.BeginsAnew(_logger, Definition.Id, message);
        Keep(message, "USER");
    }

    private void Keep(string message, string type)
    {
        _errors.Enqueue(new QueryError(_services.Time.GetUtcNow(), message, type));
        while (_errors.Count > MaxErrors)
        {
            _errors.TryDequeue(out _);
        }
    }
}
