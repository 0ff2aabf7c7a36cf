using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Rest;
using Pioneer.Embedded.Connect.Storage;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>
/// Keeps the connectors of this worker as the config topic says: every change is written there first, then applied. Changes run one at a
/// time; reading never waits for them.
/// </summary>
internal sealed partial class Herder(WorkerContext context, ConnectorValidator validator) : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ConnectorInstance> _connectors = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly ILogger _logger = context.Loggers.CreateLogger<Herder>();

    public ConnectorValidator Validator { get; } = validator;

    public WorkerContext Context { get; } = context;

    /// <summary>Set once Kafka has answered and the connectors of the config topic were started.</summary>
    public bool IsReady { get; private set; }

    public IEnumerable<ConnectorInstance> Connectors => _connectors.Values.OrderBy(connector => connector.Name, StringComparer.Ordinal);

    /// <summary>Reads the topics, trying again until Kafka answers, and starts what was running.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Context.Topics.OpenAsync(cancellationToken);
                break;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogKafkaAway(_logger, Context.Options.Kafka.ToString(), error.Message);
                await Task.Delay(RetryPause, Context.Time, cancellationToken);
            }
        }

        foreach (var (name, config) in Context.State.Configs)
        {
            await Add(name).ApplyAsync(config, Context.State.Target(name), Validator);
        }

        IsReady = true;
        LogStarted(_logger, _connectors.Count, Context.Options.Kafka.ToString());
    }

    public ConnectorInstance Require(string name) =>
        _connectors.TryGetValue(name, out var connector) ? connector : throw ConnectRestException.NoConnector(name);

    /// <summary>As <see cref="Require(string)"/>, in the words of another kind of call.</summary>
    private ConnectorInstance Require(string name, string otherwise) =>
        _connectors.TryGetValue(name, out var connector) ? connector : throw ConnectRestException.NotFound(otherwise);

    public bool Exists(string name) => _connectors.ContainsKey(name);

    /// <summary>Creates or changes a connector; true when it was created.</summary>
    public Task<bool> PutAsync(
        string name,
        IReadOnlyDictionary<string, string> config,
        TargetState? initial,
        bool mustBeNew,
        CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            var existing = _connectors.GetValueOrDefault(name);
            if (existing is not null && mustBeNew)
            {
                throw new ConnectRestException(StatusCodes.Status409Conflict, $"Connector {name} already exists");
            }

            Validator.EnsureValid(config);
            var target = existing?.Target ?? initial ?? TargetState.Started;
            if (existing is null)
            {
                await WriteTargetAsync(name, target, cancellationToken);
            }

            await WriteConfigAsync(name, config, cancellationToken);
            await (existing ?? Add(name)).ApplyAsync(config, target, Validator);
            return existing is null;
        },
        cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            var connector = Require(name);
            await Context.Topics.WriteAsync(Context.Options.ConfigTopic, WorkerState.ConfigKey(name), null, cancellationToken);
            await Context.Topics.WriteAsync(Context.Options.ConfigTopic, WorkerState.TargetKey(name), null, cancellationToken);
            _connectors.TryRemove(name, out _);
            await connector.DisposeAsync();
            foreach (var key in Context.State.StatusKeys(name))
            {
                Context.Status.Delete(key);
            }

            return true;
        },
        cancellationToken);

    public Task SetTargetAsync(string name, TargetState target, CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            var connector = Require(name, $"Unknown connector {name}");
            if (connector.Target != target)
            {
                await WriteTargetAsync(name, target, cancellationToken);
            }

            await connector.ApplyAsync(connector.Config, target, Validator);
            return true;
        },
        cancellationToken);

    /// <summary>Restarts tasks: all, or only those that failed. The answer tells what was found, with RESTARTING for what is restarted.</summary>
    public Task<ConnectorStateInfo> RestartAsync(string name, bool includeTasks, bool onlyFailed, CancellationToken cancellationToken) =>
        ChangeAsync(
            async () =>
            {
                var connector = Require(name, $"Unknown connector: {name}");
                var answer = connector.Status(state => !onlyFailed || state == ConnectorState.Failed, includeTasks);
                if (connector.State == ConnectorState.Failed || !onlyFailed)
                {
                    await connector.ApplyAsync(connector.Config, connector.Target, Validator);
                }

                for (var index = 0; includeTasks && index < connector.Tasks.Count; index++)
                {
                    if (!onlyFailed || connector.Tasks[index].State == ConnectorState.Failed)
                    {
                        await connector.RestartTaskAsync(index, Validator);
                    }
                }

                return answer;
            },
            cancellationToken);

    public Task RestartTaskAsync(string name, int task, CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            RequireTask(name, task);
            await Require(name).RestartTaskAsync(task, Validator);
            return true;
        },
        cancellationToken);

    public SourceTaskRunner RequireTask(string name, int task) =>
        Require(name, $"Unknown connector: {name}").Tasks is { } tasks && task >= 0 && task < tasks.Count
            ? tasks[task]
            : throw ConnectRestException.NotFound($"Unknown task: {name}-{task}");

    /// <summary>Writes offsets of a STOPPED connector (null deletes one), or with no list deletes all of them.</summary>
    public Task AlterOffsetsAsync(
        string name,
        IReadOnlyList<(string Partition, JsonNode? Offset)>? offsets,
        CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            if (Require(name).Target != TargetState.Stopped)
            {
                throw ConnectRestException.BadRequest(
                    "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified "
                    + $"connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint");
            }

            offsets ??= [.. Context.State.Offsets(name).Select(pair => (pair.Partition, (JsonNode?)null))];
            foreach (var (partition, offset) in offsets)
            {
                var value = offset is null ? null : offset.ToJsonString(CanonicalJson.Relaxed);
                await Context.Topics.WriteAsync(
                    Context.Options.OffsetTopic, WorkerState.OffsetKey(name, partition), value, cancellationToken);
            }

            await Context.Topics.ReadToEndAsync(Context.Options.OffsetTopic, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Forgets the topics that a connector was seen to use; of an unknown one there is nothing to forget.</summary>
    public void ResetTopics(string name)
    {
        foreach (var topic in Context.State.Topics(name))
        {
            Context.Status.Delete(WorkerState.TopicStatusKey(name, topic));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_connectors.Values.Select(connector => connector.DisposeAsync().AsTask()));
        _changes.Dispose();
    }

    private ConnectorInstance Add(string name) => _connectors.GetOrAdd(name, key => new ConnectorInstance(Context, key));

    private async Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _changes.Release();
        }
    }

    private Task WriteConfigAsync(string name, IReadOnlyDictionary<string, string> config, CancellationToken cancellationToken)
    {
        var properties = new JsonObject(config.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        var value = new JsonObject { ["properties"] = properties };
        return Context.Topics.WriteAsync(
            Context.Options.ConfigTopic, WorkerState.ConfigKey(name), value.ToJsonString(CanonicalJson.Relaxed), cancellationToken);
    }

    private Task WriteTargetAsync(string name, TargetState target, CancellationToken cancellationToken)
    {
        var text = target.ToString().ToUpperInvariant();
        // A worker before KIP-875 does not know STOPPED and is told PAUSED.
        var value = new JsonObject { ["state"] = target == TargetState.Stopped ? "PAUSED" : text, ["state.v2"] = text };
        return Context.Topics.WriteAsync(Context.Options.ConfigTopic, WorkerState.TargetKey(name), value.ToJsonString(), cancellationToken);
    }

    [LoggerMessage(7001, LogLevel.Warning, "The Connect worker waits for Kafka at {Kafka}: {Reason}")]
    private static partial void LogKafkaAway(ILogger logger, string kafka, string reason);

    [LoggerMessage(7002, LogLevel.Information, "The Connect worker runs {Connectors} connectors against {Kafka}")]
    private static partial void LogStarted(ILogger logger, int connectors, string kafka);
}
