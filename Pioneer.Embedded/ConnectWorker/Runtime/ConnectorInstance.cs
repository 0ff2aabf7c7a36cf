using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Rest;
using Pioneer.Embedded.Connect.Storage;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>A connector that the worker hosts, with its tasks. Changed under the herder's lock only; read from anywhere.</summary>
internal sealed class ConnectorInstance(WorkerContext context, string name) : IAsyncDisposable
{
    private volatile IReadOnlyList<SourceTaskRunner> _tasks = [];

    public string Name { get; } = name;

    public IReadOnlyDictionary<string, string> Config { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public TargetState Target { get; private set; }

    public ConnectorState State { get; private set; } = ConnectorState.Unassigned;

    public string? Trace { get; private set; }

    public IReadOnlyList<SourceTaskRunner> Tasks => _tasks;

    /// <summary>Brings the connector to a configuration and target state; tasks are replaced only where the configuration changed.</summary>
    public async Task ApplyAsync(IReadOnlyDictionary<string, string> config, TargetState target, ConnectorValidator validator)
    {
        var same = Config.Count == config.Count && config.All(pair => Config.TryGetValue(pair.Key, out var value) && value == pair.Value);
        var needsTasks = target != TargetState.Stopped;
        Config = config;
        Target = target;
        if (!same || !needsTasks || _tasks.Count == 0)
        {
            await StopTasksAsync();
        }

        if (needsTasks && _tasks.Count == 0 && !StartTasks(validator))
        {
            return;
        }

        foreach (var task in _tasks)
        {
            task.SetPaused(target == TargetState.Paused);
        }

        Report(
            target switch
            {
                TargetState.Paused => ConnectorState.Paused,
                TargetState.Stopped => ConnectorState.Stopped,
                _ => ConnectorState.Running,
            },
            null);
    }

    /// <summary>Starts a task again from its committed offsets.</summary>
    public async Task RestartTaskAsync(int index, ConnectorValidator validator)
    {
        var old = _tasks[index];
        await old.DisposeAsync();
        var connector = validator.Require(Config["connector.class"]);
        var fresh = new SourceTaskRunner(context, old.Name, connector, old.Config, Target == TargetState.Paused);
        _tasks = [.. _tasks.Select((task, at) => at == index ? fresh : task)];
        fresh.Start();
    }

    public async Task StopTasksAsync()
    {
        await Task.WhenAll(_tasks.Select(task => task.DisposeAsync().AsTask()));
        _tasks = [];
    }

    public ConnectorInfo Info() => new(Name, Config, [.. _tasks.Select(task => new ConnectorTaskId(Name, task.Name.Index))], "source");

    public IReadOnlyList<SkippedInfo> Skipped() => [.. _tasks.Select(task => task.Skipped)];

    public IReadOnlyList<ProgressInfo> Progress() => [.. _tasks.Select(task => task.Progress)];

    public ConnectorStateInfo Status() => Status(_ => false, tasks: false);

    /// <summary>The status with RESTARTING in place of the states that <paramref name="restarts"/> picks, those of tasks too if asked.</summary>
    public ConnectorStateInfo Status(Func<ConnectorState, bool> restarts, bool tasks)
    {
        return new ConnectorStateInfo(
            Name,
            new StateInfo(Shown(State, true), context.WorkerId, Trace, ConnectWorker.PluginVersion),
            [.. _tasks.Select(task => new TaskState(task.Name.Index, Shown(task.State, tasks), context.WorkerId, task.Trace, ConnectWorker.PluginVersion))],
            "source");

        string Shown(ConnectorState state, bool included) => Spelt(included && restarts(state) ? ConnectorState.Restarting : state);
    }

    public static string Spelt(ConnectorState state) => state.ToString().ToUpperInvariant();

    public async ValueTask DisposeAsync() => await StopTasksAsync();

    private bool StartTasks(ConnectorValidator validator)
    {
        try
        {
            var connector = validator.Require(Config.GetValueOrDefault("connector.class"));
            var maxTasks = new ConfigView(Config).GetInt("tasks.max", 1);
            _tasks =
            [
                .. connector.TaskConfigs(Config, maxTasks).Select((taskConfig, index) =>
                    new SourceTaskRunner(context, new TaskName(Name, index), connector, taskConfig, Target == TargetState.Paused)),
            ];
        }
        catch (Exception error) when (error is ConnectRestException or ConnectConfigException)
        {
            Report(ConnectorState.Failed, ErrorTrace.Of(error));
            return false;
        }

        foreach (var task in _tasks)
        {
            task.Start();
        }

        return true;
    }

    private void Report(ConnectorState state, string? trace)
    {
        State = state;
        Trace = trace;
        context.Status.Connector(Name, state, trace);
    }
}
