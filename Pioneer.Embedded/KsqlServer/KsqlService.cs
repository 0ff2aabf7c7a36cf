using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pioneer.Embedded.Ksql.Commands;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries;
using Pioneer.Embedded.Ksql.Queries.Tasks;
using Pioneer.Embedded.Ksql.Statements;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Embedded.Ksql;

/// <summary>
/// One ksqlDB service: a cluster connection, a command log, the metastore it makes, and the queries that run. Starts in the background
/// and keeps trying while its cluster cannot be reached; until then requests are answered 'not ready'.
/// </summary>
internal sealed class KsqlService : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(5);
    private readonly FunctionServices _services;
    private readonly ILogger _logger;
    private readonly CommandLog _log;
    private readonly SourceLogs _sourceLogs;
    private readonly GroupRemoval _groups;
    private readonly SourceMemory _sourceMemory;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, PersistentQuery> _queries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CommandStatus> _statuses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toCleanUp = new(StringComparer.Ordinal);
    private volatile MetastoreSnapshot _metastore = MetastoreSnapshot.Empty;
    private volatile bool _ready;
    private Task _starting = Task.CompletedTask;

    public KsqlService(string id, KafkaConnection connection, string dataDirectory, ILogger logger, TimeProvider time)
    {
        Id = id;
        Connection = connection;
        _logger = logger;
        _services = new FunctionServices(time, Random.Shared);
        Clients = new KafkaClients(connection, id, logger);
        Topics = new TopicAdmin(Clients);
        _log = new CommandLog(id, Clients, Topics);
        _sourceLogs = new SourceLogs(connection, time);
        _groups = new GroupRemoval(connection, time);
        _sourceMemory = new SourceMemory(Path.Combine(dataDirectory, $"sources-{id}.json"));
    }

    /// <summary>The service id, such as default_.</summary>
    public string Id { get; }

    /// <summary>Its cluster.</summary>
    public KafkaConnection Connection { get; }

    /// <summary>Clients signed in as its principal.</summary>
    public KafkaClients Clients { get; }

    /// <summary>Its topics.</summary>
    public TopicAdmin Topics { get; }

    /// <summary>The clock and randomness that functions use.</summary>
    public FunctionServices Services => _services;

    /// <summary>Whether the command log is read and queries are started.</summary>
    public bool IsReady => _ready;

    /// <summary>Why it is not ready, or null.</summary>
    public string? LastError { get; private set; }

    /// <summary>What the commands so far have made.</summary>
    public MetastoreSnapshot Metastore => _metastore;

    /// <summary>Running persistent queries by id.</summary>
    public IReadOnlyDictionary<string, PersistentQuery> Queries => _queries;

    /// <summary>Push queries that clients have open.</summary>
    public PushQueryRegistry PushQueries { get; } = new();

    /// <summary>Outcomes of commands by command id.</summary>
    public IReadOnlyDictionary<string, CommandStatus> Statuses => _statuses;

    /// <summary>Offset of the next command.</summary>
    public long NextCommand => _log.Next;

    /// <summary>Begins to start; returns at once.</summary>
    public void Start() => _starting = Task.Run(StartWithRetriesAsync);

    /// <summary>Waits until the service is ready, or the timeout is over.</summary>
    public Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken ct) => _starting.WaitAsync(timeout, _services.Time, ct);

    /// <summary>Carries a distributed statement out: checks, prepares topics, writes it to the log, applies it.</summary>
    /// <exception cref="KsqlException">It is refused.</exception>
    public async Task<(CommandResult Result, long Offset)> ExecuteAsync(ParsedStatement statement)
    {
        await _gate.WaitAsync(_stop.Token);
        try
        {
            if (_log.IsUncertain)
            {
                await CatchUpAsync();
            }

            if (statement.Syntax is ControlQuery { Action: QueryAction.Terminate, QueryId.Text: var id } && _toCleanUp.Contains(id))
            {
                // It was terminated, but the cluster could not delete its group then: the answer is success once that is done.
                await ReconcileAsync();
                return (new CommandResult(_metastore, $"terminate/{id}/execute", "Query terminated.", id, []), -1);
            }

            var planned = CommandInterpreter.Apply(_metastore, statement, _log.Next);
            if (planned.Warning is not null)
            {
                return (planned, -1);
            }

            await PrepareAsync(planned, statement);
            var offset = await _log.AppendAsync(Command.Of(planned.CommandId, statement.Text, statement.Properties));
            if (_log.IsUncertain)
            {
                await CatchUpAsync();
            }
            else
            {
                Take(planned);
            }

            await ReconcileAsync();
            return (planned, offset);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _starting;
        PushQueries.CloseAll();
        await Task.WhenAll(_queries.Values.Select(q => q.DisposeAsync().AsTask()));
        _log.Dispose();
        Topics.Dispose();
        _sourceLogs.Dispose();
        _stop.Dispose();
    }

    private async Task StartWithRetriesAsync()
    {
        var delay = FirstRetry;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _log.EnsureTopicAsync();
                await CatchUpAsync();
                await ReconcileAsync();
                LastError = null;
                _ready = true;
                KsqlServerLog.ServiceReady(_logger, Id, _metastore.Sources.Count, _metastore.Queries.Count, _log.Next);
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                LastError = e.Message;
                KsqlServerLog.ServiceWaits(_logger, Id, e.Message);
                await Task.Delay(delay, _services.Time, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, MaxRetry.Ticks));
            }
        }
    }

    /// <summary>Applies what the log has that was not applied yet.</summary>
    private async Task CatchUpAsync()
    {
        foreach (var command in await _log.ReadNewAsync(_stop.Token))
        {
            if (command.Statement is null)
            {
                _toCleanUp.ExceptWith(command.Cleaned);
                continue;
            }

            try
            {
                var statement = ParsedStatement.Alone(command.Statement, command.Properties);
                Take(CommandInterpreter.Apply(_metastore, statement, command.Offset));
            }
            catch (KsqlException e)
            {
                _statuses[command.Id] = new CommandStatus("ERROR", e.Message, null);
                KsqlServerLog.CommandFailed(_logger, Id, command.Offset, e.Message);
            }
        }
    }

    private void Take(CommandResult result)
    {
        _metastore = result.After;
        _toCleanUp.UnionWith(result.Ended);
        _statuses[result.CommandId] = new CommandStatus("SUCCESS", result.Message, result.QueryId);
    }

    private async Task PrepareAsync(CommandResult planned, ParsedStatement statement)
    {
        if (planned.QueryId is { } id && planned.After.Queries.GetValueOrDefault(id) is { } added && !_metastore.Queries.ContainsKey(id))
        {
            if (added.NeedsTasks)
            {
                TopicPreparation.CheckInnerNames(added, Id, statement);
            }

            if (added.Sources.Length > 1)
            {
                await TopicPreparation.CheckJoinAsync(Topics, added, statement);
            }
        }

        if (planned.DeleteTopic is { } doomed)
        {
            // As in ksqlDB the topic goes before the statement counts: should the statement then fail, it can be given again.
            await Topics.DeleteAsync(doomed);
        }

        if (planned.Topic is { } wish)
        {
            await TopicPreparation.EnsureAsync(Topics, wish);
        }
    }

    /// <summary>Makes what runs agree with the metastore; ended queries lose their groups and the topics inside them, which is noted in the log.</summary>
    private async Task ReconcileAsync()
    {
        var wanted = _metastore.Queries;
        await StopQueriesAsync([.. _queries.Keys.Where(id => !wanted.ContainsKey(id))]);
        await CleanUpAsync(wanted);
        foreach (var (id, definition) in wanted)
        {
            var query = _queries.GetOrAdd(id, _ => new PersistentQuery(definition, Id, Clients, Topics, new QuerySource(id, _sourceLogs, _sourceMemory), _services, _logger));
            await query.ApplyAsync(definition);
        }
    }

    private async Task CleanUpAsync(ImmutableSortedDictionary<string, QueryDefinition> wanted)
    {
        var ended = _toCleanUp.Where(id => !wanted.ContainsKey(id)).ToImmutableArray();
        if (ended.IsEmpty)
        {
            _toCleanUp.Clear();
            return;
        }

        var topics = await Task.Run(() => Topics.List().Select(t => t.Name).ToArray());
        var others = wanted.Keys.Select(id => PersistentQuery.GroupOf(Id, id)).ToArray();
        foreach (var id in ended)
        {
            await _groups.DeleteAsync(PersistentQuery.GroupOf(Id, id), _stop.Token);
            foreach (var topic in InternalTopics.Of(topics, PersistentQuery.GroupOf(Id, id), others))
            {
                await Topics.DeleteAsync(topic);
            }

            _sourceMemory.Forget(id);
        }

        await _log.AppendAsync(Command.CleanedUp(ended));
        _toCleanUp.Clear();
    }

    private async Task StopQueriesAsync(ImmutableArray<string> ids)
    {
        foreach (var id in ids)
        {
            if (_queries.TryRemove(id, out var query))
            {
                await query.DisposeAsync();
            }
        }
    }
}

/// <summary>What became of a command, as /status tells.</summary>
internal sealed record CommandStatus(string Status, string Message, string? QueryId);
