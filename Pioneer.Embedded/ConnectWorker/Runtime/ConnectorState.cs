using Pioneer.Embedded.Connect.Configuration;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>State of a connector or task, spelt as the REST API prints it in capitals.</summary>
internal enum ConnectorState
{
    Unassigned,
    Running,
    Paused,
    Stopped,
    Failed,
    Restarting,
}

/// <summary>Names a task: its connector and its number from 0.</summary>
internal sealed record TaskName(string Connector, int Index)
{
    public override string ToString() => $"{Connector}-{Index}";
}

/// <summary>What all parts of a worker share.</summary>
internal sealed record WorkerContext(
    ConnectWorkerOptions Options,
    Storage.WorkerTopics Topics,
    Storage.WorkerState State,
    StatusReporter Status,
    TimeProvider Time,
    ILoggerFactory Loggers)
{
    public string WorkerId => Status.WorkerId;

    /// <summary>Values that configurations refer to.</summary>
    public ConfigReferences References { get; } = new(Options.ConfigProviders);
}

/// <summary>A task or connector was made to fail on purpose, for a drill.</summary>
internal sealed class InjectedFaultException(string message) : Exception(message);
