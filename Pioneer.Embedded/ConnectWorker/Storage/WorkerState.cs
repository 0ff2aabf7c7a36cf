using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Storage;

/// <summary>What a connector is meant to do.</summary>
internal enum TargetState
{
    Started,
    Paused,
    Stopped,
}

/// <summary>
/// What the worker's topics say, in the record formats of Kafka Connect: <c>connector-NAME</c> and <c>target-state-NAME</c> in the config
/// topic, <c>["NAME",{partition}]</c> in the offsets topic, <c>status-…</c> in the status topic. Fed by <see cref="WorkerTopics"/>.
/// </summary>
internal sealed class WorkerState(ConnectWorkerOptions options)
{
    private const string ConnectorPrefix = "connector-";
    private const string TargetPrefix = "target-state-";
    private const string TopicStatusPrefix = "status-topic-";
    private const string TopicStatusMiddle = ":connector-";

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _configs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TargetState> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Connector, string Partition), string> _offsets = new();
    private readonly ConcurrentDictionary<(string Connector, string Topic), bool> _topics = new();
    private readonly ConcurrentDictionary<string, bool> _statusKeys = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Configs => _configs;

    public TargetState Target(string connector) => _targets.GetValueOrDefault(connector, TargetState.Started);

    public string? Offset(string connector, string partition) => _offsets.GetValueOrDefault((connector, partition));

    public IReadOnlyList<(string Partition, string Offset)> Offsets(string connector) =>
        [.. _offsets.Where(pair => pair.Key.Connector == connector)
            .Select(pair => (pair.Key.Partition, pair.Value))
            .OrderBy(pair => pair.Partition, StringComparer.Ordinal)];

    public IReadOnlyList<string> Topics(string connector) =>
        [.. _topics.Keys.Where(pair => pair.Connector == connector).Select(pair => pair.Topic).Order(StringComparer.Ordinal)];

    /// <summary>Keys of the status topic that belong to a connector, for its deletion.</summary>
    public IReadOnlyList<string> StatusKeys(string connector) =>
        [.. _statusKeys.Keys.Where(key => key == StatusKey(connector)
            || (key.StartsWith($"status-task-{connector}-", StringComparison.Ordinal)
                && key.AsSpan($"status-task-{connector}-".Length).IndexOfAnyExceptInRange('0', '9') < 0)
            || key.EndsWith(TopicStatusMiddle + connector, StringComparison.Ordinal))];

    public static string ConfigKey(string connector) => ConnectorPrefix + connector;

    public static string TargetKey(string connector) => TargetPrefix + connector;

    public static string OffsetKey(string connector, string partitionJson) =>
        $"[{JsonSerializer.Serialize(connector, CanonicalJson.Relaxed)},{partitionJson}]";

    public static string StatusKey(string connector) => "status-connector-" + connector;

    public static string TaskStatusKey(string connector, int task) => $"status-task-{connector}-{task}";

    public static string TopicStatusKey(string connector, string topic) => TopicStatusPrefix + topic + TopicStatusMiddle + connector;

    public void Accept(WorkerRecord record)
    {
        if (record.Topic == options.ConfigTopic)
        {
            AcceptConfig(record);
        }
        else if (record.Topic == options.OffsetTopic)
        {
            AcceptOffset(record);
        }
        else
        {
            AcceptStatus(record);
        }
    }

    private void AcceptConfig(WorkerRecord record)
    {
        if (record.Key.StartsWith(ConnectorPrefix, StringComparison.Ordinal))
        {
            var name = record.Key[ConnectorPrefix.Length..];
            if (Parse(record.Value)?["properties"] is JsonObject properties)
            {
                _configs[name] = properties.ToDictionary(
                    pair => pair.Key,
                    pair => pair.Value?.ToString() ?? "",
                    StringComparer.Ordinal);
            }
            else
            {
                _configs.TryRemove(name, out _);
            }
        }
        else if (record.Key.StartsWith(TargetPrefix, StringComparison.Ordinal))
        {
            var name = record.Key[TargetPrefix.Length..];
            // KIP-875: state.v2 knows STOPPED, state is what older workers read.
            var text = Parse(record.Value) is { } json ? (json["state.v2"] ?? json["state"])?.ToString() : null;
            if (Enum.TryParse<TargetState>(text, ignoreCase: true, out var target))
            {
                _targets[name] = target;
            }
            else
            {
                _targets.TryRemove(name, out _);
            }
        }
    }

    private void AcceptOffset(WorkerRecord record)
    {
        if (JsonNode.Parse(record.Key) is not JsonArray { Count: 2 } key || key[0]?.ToString() is not { } connector)
        {
            return;
        }

        var partition = CanonicalJson.Of(key[1]);
        if (record.Value is null)
        {
            _offsets.TryRemove((connector, partition), out _);
        }
        else
        {
            _offsets[(connector, partition)] = record.Value;
        }
    }

    private void AcceptStatus(WorkerRecord record)
    {
        if (record.Value is null)
        {
            _statusKeys.TryRemove(record.Key, out _);
        }
        else
        {
            _statusKeys[record.Key] = true;
        }

        var middle = record.Key.LastIndexOf(TopicStatusMiddle, StringComparison.Ordinal);
        if (!record.Key.StartsWith(TopicStatusPrefix, StringComparison.Ordinal) || middle < 0)
        {
            return;
        }

        var topic = record.Key[TopicStatusPrefix.Length..middle];
        var connector = record.Key[(middle + TopicStatusMiddle.Length)..];
        if (record.Value is null)
        {
            _topics.TryRemove((connector, topic), out _);
        }
        else
        {
            _topics[(connector, topic)] = true;
        }
    }

    private static JsonObject? Parse(string? value) => value is null ? null : JsonNode.Parse(value) as JsonObject;
}
