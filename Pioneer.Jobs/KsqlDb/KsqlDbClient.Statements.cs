using System.Collections.Immutable;
using System.Text.Json;

namespace Pioneer.Jobs.KsqlDb;

public sealed partial class KsqlDbClient
{
    /// <summary>Streams and tables of a service.</summary>
    public async Task<ImmutableArray<KsqlSourceInfo>> ListSourcesAsync(string serviceId, CancellationToken ct)
    {
        var entities = await AskAsync(serviceId, "LIST STREAMS; LIST TABLES;", ct);
        return entities.SelectMany(entity => Items(entity, "streams", isTable: false).Concat(Items(entity, "tables", isTable: true)))
            .ToImmutableArray();

        static IEnumerable<KsqlSourceInfo> Items(KsqlEntity entity, string property, bool isTable) =>
            entity.Body.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(item => new KsqlSourceInfo(
                    Text(item, "name"), Text(item, "topic"), isTable, Text(item, "keyFormat"), Text(item, "valueFormat")))
                : [];
    }

    public async Task<ImmutableArray<KsqlQueryInfo>> ListQueriesAsync(string serviceId, CancellationToken ct)
    {
        var entities = await AskAsync(serviceId, "SHOW QUERIES;", ct);
        return entities.Where(entity => entity.Body.TryGetProperty("queries", out _))
            .SelectMany(entity => entity.Body.GetProperty("queries").EnumerateArray())
            .Select(query => new KsqlQueryInfo(
                Text(query, "id"), Text(query, "queryString"), Texts(query, "sinks"), Texts(query, "sinkKafkaTopics"),
                Text(query, "queryType") == "PERSISTENT", KsqlQueryState.Of(query)) { Faults = KsqlFaults.Of(query) })
            .ToImmutableArray();
    }

    /// <summary>DESCRIBE EXTENDED; null when there is no such stream or table.</summary>
    public async Task<KsqlSourceDescription?> DescribeAsync(string serviceId, string name, CancellationToken ct)
    {
        try
        {
            return SourceDescriptions(await AskAsync(serviceId, $"DESCRIBE {name} EXTENDED;", ct)).SingleOrDefault();
        }
        catch (KsqlDbRequestException absent) when (absent.ServerMessage.Contains("Could not find", StringComparison.Ordinal)
            || absent.ServerMessage.Contains("does not exist", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <summary>DESCRIBE of several streams or tables, all of which exist, in one request.</summary>
    public async Task<ImmutableArray<KsqlSourceDescription>> DescribeManyAsync(string serviceId, IReadOnlyCollection<string> names, CancellationToken ct) =>
        [.. SourceDescriptions(await AskAsync(serviceId, string.Join('\n', names.Select(name => $"DESCRIBE {name};")), ct))];

    /// <summary>EXPLAIN of a persistent query; null when there is none of that id.</summary>
    public async Task<KsqlQueryDescription?> ExplainAsync(string serviceId, string queryId, CancellationToken ct)
    {
        try
        {
            return QueryDescriptions(await AskAsync(serviceId, $"EXPLAIN {queryId};", ct)).SingleOrDefault();
        }
        catch (KsqlDbRequestException absent) when (absent.ServerMessage.Contains("does not exist", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <summary>EXPLAIN of a SELECT that does not run: ksqlDB plans it against the streams as they are and starts nothing. Refused as the query would be.</summary>
    public Task ProveAsync(string serviceId, string select, CancellationToken ct) => AskAsync(serviceId, $"EXPLAIN {select.TrimEnd(';')};", ct);

    /// <summary>EXPLAIN of several persistent queries, all of which exist, in one request.</summary>
    public async Task<ImmutableArray<KsqlQueryDescription>> ExplainManyAsync(string serviceId, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        [.. QueryDescriptions(await AskAsync(serviceId, string.Join('\n', ids.Select(id => $"EXPLAIN {id};")), ct))];

    /// <summary>Ends a persistent query; true when there was one.</summary>
    public async Task<bool> TerminateAsync(string serviceId, string queryId, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync(serviceId, $"TERMINATE {queryId};", null, ct);
            return true;
        }
        catch (KsqlDbRequestException absent) when (absent.ServerMessage.Contains("Unknown queryId", StringComparison.Ordinal))
        {
            return false;
        }
    }

    public Task PauseAsync(string serviceId, string queryId, CancellationToken ct) => ExecuteAsync(serviceId, $"PAUSE {queryId};", null, ct);

    public Task ResumeAsync(string serviceId, string queryId, CancellationToken ct) => ExecuteAsync(serviceId, $"RESUME {queryId};", null, ct);

    /// <summary>What a service's queries run with, unless a query says otherwise: SHOW PROPERTIES.</summary>
    public async Task<KsqlStreamsSettings> StreamsSettingsAsync(string serviceId, CancellationToken ct)
    {
        var entities = await AskAsync(serviceId, "SHOW PROPERTIES;", ct);
        var properties = entities
            .Where(entity => entity.Body.TryGetProperty("properties", out var list) && list.ValueKind == JsonValueKind.Array)
            .SelectMany(entity => entity.Body.GetProperty("properties").EnumerateArray())
            .GroupBy(property => Text(property, "name")).ToDictionary(property => property.Key, property => Text(property.Last(), "value"));
        return KsqlStreamsSettings.Of(properties);
    }

    private static IEnumerable<KsqlSourceDescription> SourceDescriptions(ImmutableArray<KsqlEntity> entities) => entities
        .Where(entity => entity.Body.TryGetProperty("sourceDescription", out _))
        .Select(entity => entity.Body.GetProperty("sourceDescription"))
        .Select(source => new KsqlSourceDescription(
            Text(source, "name"), Text(source, "topic"), Text(source, "type") == "TABLE", Fields(source),
            QueryIds(source, "readQueries"), QueryIds(source, "writeQueries"), Text(source, "statement")));

    private static IEnumerable<KsqlQueryDescription> QueryDescriptions(ImmutableArray<KsqlEntity> entities) => entities
        .Where(entity => entity.Body.TryGetProperty("queryDescription", out _))
        .Select(entity => entity.Body.GetProperty("queryDescription"))
        .Select(query => new KsqlQueryDescription(
            Text(query, "id"), Text(query, "statementText"), Texts(query, "sources"), Texts(query, "sinks"), KsqlQueryState.Of(query), Errors(query)));

    private static ImmutableArray<string> Errors(JsonElement query) =>
        query.TryGetProperty("queryErrors", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(error => Text(error, "errorMessage")).ToImmutableArray()
            : [];

    private static ImmutableArray<string> QueryIds(JsonElement source, string property) =>
        source.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(query => Text(query, "id")).ToImmutableArray()
            : [];

    private static ImmutableArray<KsqlField> Fields(JsonElement source) =>
        source.TryGetProperty("fields", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(field => new KsqlField(Text(field, "name"),
                field.TryGetProperty("schema", out var schema) ? KsqlSchemaText.TypeOf(schema) : "", Text(field, "type"))).ToImmutableArray()
            : [];
}
