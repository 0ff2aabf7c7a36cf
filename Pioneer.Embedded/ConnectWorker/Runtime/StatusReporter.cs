using System.Text.Json.Nodes;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Storage;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>
/// Writes states to the status topic, without waiting: a state that cannot be written because Kafka is away is still told by the REST API.
/// </summary>
internal sealed partial class StatusReporter(
    ConnectWorkerOptions options,
    WorkerTopics topics,
    TimeProvider time,
    ILogger<StatusReporter> logger)
{
    /// <summary>Host and port of the REST API, as states name the worker; known once it listens.</summary>
    public string WorkerId { get; set; } = "";

    public void Connector(string connector, ConnectorState state, string? trace) =>
        Write(WorkerState.StatusKey(connector), Status(state, trace));

    public void Task(TaskName task, ConnectorState state, string? trace) =>
        Write(WorkerState.TaskStatusKey(task.Connector, task.Index), Status(state, trace));

    public void TopicUsed(TaskName task, string topic) => Write(
        WorkerState.TopicStatusKey(task.Connector, topic),
        new JsonObject
        {
            ["topic"] = new JsonObject
            {
                ["name"] = topic,
                ["connector"] = task.Connector,
                ["task"] = task.Index,
                ["discoverTimestamp"] = time.GetUtcNow().ToUnixTimeMilliseconds(),
            },
        });

    public void Delete(string key) => Write(key, null);

    private JsonObject Status(ConnectorState state, string? trace) => new()
    {
        ["state"] = state.ToString().ToUpperInvariant(),
        ["trace"] = trace,
        ["worker_id"] = WorkerId,
        ["generation"] = 1,
    };

    private void Write(string key, JsonObject? value) => _ = WriteAsync(key, value);

    private async Task WriteAsync(string key, JsonObject? value)
    {
        try
        {
            await topics.WriteAsync(options.StatusTopic, key, value?.ToJsonString(CanonicalJson.Relaxed), CancellationToken.None);
        }
        catch (Exception error)
        {
            LogStatusLost(logger, key, error.Message);
        }
    }

    [LoggerMessage(7201, LogLevel.Debug, "State {Key} was not written to the status topic: {Reason}")]
    private static partial void LogStatusLost(ILogger logger, string key, string reason);
}
