using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pioneer.Embedded.Connect.Rest;

// The bodies of Kafka Connect's REST API; names become snake_case by the serialiser's policy.
internal sealed record ServerInfo(string Version, string Commit, string KafkaClusterId);

internal sealed record ErrorMessage(int ErrorCode, string Message);

internal sealed record MessageBody(string Message);

internal sealed record ConnectorTaskId(string Connector, int Task);

internal sealed record ConnectorInfo(
    string Name,
    IReadOnlyDictionary<string, string> Config,
    IReadOnlyList<ConnectorTaskId> Tasks,
    string Type);

internal sealed record StateInfo(
    string State,
    string WorkerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Trace,
    string Version);

internal sealed record TaskState(
    int Id,
    string State,
    string WorkerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Trace,
    string Version);

internal sealed record ConnectorStateInfo(string Name, StateInfo Connector, IReadOnlyList<TaskState> Tasks, string Type);

internal sealed record ExpandedConnector(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConnectorInfo? Info,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConnectorStateInfo? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SkippedInfo>? Skipped);

/// <summary>
/// Records that a task left out since it started, with the last of them. Told where it is asked for with <c>expand=skipped</c>: Kafka Connect's own
/// answers have no place for it, and what its workers know of it stands in their JMX figures and their log.
/// </summary>
internal sealed record SkippedInfo(
    int Task,
    long Count,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastPlace,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastReason);

internal sealed record TaskInfo(ConnectorTaskId Id, IReadOnlyDictionary<string, string> Config);

internal sealed record PluginInfo(
    [property: JsonPropertyName("class")] string ClassName,
    string Type,
    string Version);

internal sealed record TopicList(IReadOnlyList<string> Topics);

internal sealed record SourceOffset(JsonNode? Partition, JsonNode? Offset);

internal sealed record SourceOffsets(IReadOnlyList<SourceOffset> Offsets);

internal sealed record LoggerLevel(string Level, long? LastModified);

internal sealed record CreateConnector(string? Name, Dictionary<string, string?>? Config, string? InitialState);

internal sealed record ConfigInfos(string Name, int ErrorCount, IReadOnlyList<string> Groups, IReadOnlyList<ConfigInfo> Configs);

internal sealed record ConfigInfo(ConfigKeyInfo Definition, ConfigValueInfo Value);

internal sealed record ConfigKeyInfo(
    string Name,
    string Type,
    bool Required,
    string? DefaultValue,
    string Importance,
    string Documentation,
    string Group,
    string Width,
    string DisplayName,
    IReadOnlyList<string> Dependents,
    int Order);

internal sealed record PluginConfigKey(
    string Name,
    string Type,
    bool Required,
    string? DefaultValue,
    string Importance,
    string Documentation,
    string Group,
    int OrderInGroup,
    string Width,
    string DisplayName,
    IReadOnlyList<string> Dependents);

internal sealed record ConfigValueInfo(
    string Name,
    string? Value,
    IReadOnlyList<string> RecommendedValues,
    IReadOnlyList<string> Errors,
    bool Visible);
