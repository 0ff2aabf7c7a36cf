using System.Collections.Immutable;
using System.Text.Json;
using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Connect;

/// <summary>A connector with its configuration and state.</summary>
public sealed record Connector(string Name, ImmutableDictionary<string, string> Config, ConnectorStatus Status);

/// <summary>State of a connector and its tasks: UNASSIGNED, RUNNING, PAUSED, STOPPED, FAILED, RESTARTING.</summary>
public sealed record ConnectorStatus(string State, string WorkerId, string? Trace, ImmutableArray<ConnectorTaskStatus> Tasks)
{
    public bool IsRunning => State == "RUNNING" && Tasks.Length > 0 && Tasks.All(task => task.State == "RUNNING");

    /// <summary>Rows that its tasks left out; null where the worker does not tell, or was not asked.</summary>
    public SkippedRows? Skipped { get; init; }

    /// <summary>What its tasks have done since the start; null where the worker does not tell, or was not asked.</summary>
    public ConnectorProgress? Progress { get; init; }

    /// <summary>Why the connector, or else its first failed task, failed; null when nothing has.</summary>
    public string? FailureTrace => Trace ?? Tasks.FirstOrDefault(task => task.State == "FAILED")?.Trace;
}

/// <summary>State of one task; <see cref="Trace"/> is why it failed.</summary>
public sealed record ConnectorTaskStatus(int Id, string State, string WorkerId, string? Trace);

/// <summary>A connector class that the worker has.</summary>
public sealed record ConnectorPlugin(string Class, string Type, string Version);

/// <summary>One mistake in a connector's configuration, as the worker found it.</summary>
public sealed record ConnectorConfigMistake(string Key, ImmutableArray<string> Errors);

/// <summary>One source position as the connector keeps it.</summary>
public sealed record ConnectorOffset(JsonElement Partition, JsonElement Offset);

/// <summary>The Connect worker does not answer. Trying again later is right.</summary>
public sealed class ConnectUnavailableException(string action, string reason, Exception? inner = null)
    : IOException($"Kafka Connect could not {action}: {reason}. Check that the worker runs and that Connect:Url is right. "
        + "Pioneer goes on by itself once it answers.", inner);

/// <summary>Connect refused a request.</summary>
public sealed class ConnectRequestException(string action, int status, string message)
    : IOException($"Kafka Connect could not {action}: {message} (HTTP {status})")
{
    public int Status { get; } = status;

    /// <summary>The worker's own words.</summary>
    public string ServerMessage { get; } = message;
}
