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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SkippedInfo>? Skipped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ProgressInfo>? Progress);

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

/// <summary>
/// What a task has done since it was started, told where it is asked for with <c>expand=progress</c>. Kafka Connect's own answers have no place for it either;
/// of its connectors only the positions are told, one connector at a time.
/// </summary>
/// <param name="SourceReachedAt">When the source last gave an answer to a query of the task; null where it has not yet.</param>
/// <param name="Rows">Records that were committed.</param>
/// <param name="LastError">Why the last session ended that failed, in the task's words.</param>
/// <param name="WaitsSince">Since when it waits for an answer of its source; null where it does not.</param>
/// <param name="Positions">How far each part of the source was read; what of an offset is a list is left out.</param>
internal sealed record ProgressInfo(
    int Task,
    DateTimeOffset StartedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? SourceReachedAt,
    long Rows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastRowAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastErrorAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? WaitsSince,
    IReadOnlyList<SourceOffset> Positions);

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
