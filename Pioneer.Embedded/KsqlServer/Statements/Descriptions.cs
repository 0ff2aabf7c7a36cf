using System.Text.Json.Nodes;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Planning;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>What SHOW, DESCRIBE and EXPLAIN tell about the parts of a service.</summary>
internal sealed class Descriptions(KsqlService service)
{
    /// <summary>An entry of SHOW STREAMS and SHOW TABLES.</summary>
    public static JsonObject Listed(DataSource source) => new()
    {
        ["type"] = source.TypeName,
        ["name"] = source.Name,
        ["topic"] = source.Topic,
        ["keyFormat"] = source.KeyFormat.Name,
        ["valueFormat"] = source.ValueFormat.Name,
        ["isWindowed"] = source.Window is not null,
    };

    /// <summary>An entry of SHOW FUNCTIONS.</summary>
    public static JsonObject Listed(FunctionInfo function) => new()
    {
        ["name"] = function.Name,
        ["type"] = function.Kind.ToString().ToUpperInvariant(),
        ["category"] = function.Category,
    };

    /// <summary>DESCRIBE FUNCTION.</summary>
    public static JsonObject Describe(FunctionInfo function, string statement) => Entities.Of(
        "describe_function",
        statement,
        ("name", function.Name),
        ("description", function.Description),
        ("author", "Pioneer"),
        ("version", string.Empty),
        ("path", "internal"),
        ("functions", Entities.List(function.Signatures.Select(s => new JsonObject
        {
            ["arguments"] = Entities.List(s.Parameters.Select(p => new JsonObject { ["name"] = p.Name, ["type"] = p.Type, ["description"] = string.Empty, ["isVariadic"] = p.IsVariadic })),
            ["returnType"] = s.ReturnType,
            ["description"] = string.Empty,
        }))),
        ("type", function.Kind.ToString().ToUpperInvariant()));

    /// <summary>An entry of SHOW QUERIES.</summary>
    public JsonObject Listed(QueryDefinition query)
    {
        var state = StateOf(query.Id);
        return new JsonObject(FaultsOf(query.Id))
        {
            ["queryString"] = query.Statement,
            ["sinks"] = Entities.Texts([query.Sink.Name]),
            ["sinkKafkaTopics"] = Entities.Texts([query.Sink.Topic]),
            ["id"] = query.Id,
            ["statusCount"] = new JsonObject { [state] = 1 },
            ["queryType"] = "PERSISTENT",
            ["state"] = Word(state),
        };
    }

    /// <summary>What DESCRIBE says about a source; extended with its topic and the offsets of its readers.</summary>
    public JsonObject Describe(DataSource source, bool extended)
    {
        var shape = extended ? service.Topics.Describe(source.Topic) : null;
        return new JsonObject
        {
            ["name"] = source.Name,
            ["windowType"] = source.Window?.Name,
            ["readQueries"] = Entities.List(service.Metastore.Readers(source.Name).Select(Listed)),
            ["writeQueries"] = Entities.List(service.Metastore.Writers(source.Name).Select(Listed)),
            ["fields"] = Entities.Fields(source.Schema.Columns),
            ["type"] = source.TypeName,
            ["timestamp"] = source.Timestamp?.Column ?? string.Empty,
            ["statistics"] = string.Empty,
            ["errorStats"] = string.Empty,
            ["extended"] = extended,
            ["keyFormat"] = source.KeyFormat.Name,
            ["valueFormat"] = source.ValueFormat.Name,
            ["topic"] = source.Topic,
            ["partitions"] = shape?.Partitions ?? 0,
            ["replication"] = shape?.Replicas ?? 0,
            ["statement"] = source.Statement,
            ["queryOffsetSummaries"] = extended ? Entities.List(service.Metastore.Writers(source.Name).Select(Offsets)) : new JsonArray(),
            ["sourceConstraints"] = new JsonArray(),
            ["clusterStatistics"] = new JsonArray(),
            ["clusterErrorStats"] = new JsonArray(),
        };
    }

    /// <summary>What EXPLAIN says about a persistent query.</summary>
    public JsonObject Describe(QueryDefinition query, string host)
    {
        var running = service.Queries.GetValueOrDefault(query.Id);
        var state = StateOf(query.Id);
        return Describe(query.Id, query.Statement, query.Plan, query.Sources.Select(s => s.Name).Distinct(), query.Sink.Name, "PERSISTENT", state, new JsonObject { [host] = state }, running);
    }

    /// <summary>What EXPLAIN says about a query that does not run.</summary>
    public static JsonObject Describe(string statement, Pioneer.Ksql.Analysis.AnalyzedQuery plan) =>
        Describe(string.Empty, statement, plan, plan.Sources.Select(s => s.Relation.Name).Distinct(), null, "PUSH", null, [], null);

    private static JsonObject Describe(
        string id,
        string statement,
        Pioneer.Ksql.Analysis.AnalyzedQuery plan,
        IEnumerable<string> sources,
        string? sink,
        string type,
        string? state,
        JsonObject hosts,
        PersistentQuery? running) => new(running?.Faults.ToJson() ?? [])
        {
            ["id"] = id,
            ["statementText"] = statement,
            ["windowType"] = plan.Window?.Name,
            ["fields"] = Entities.Fields(plan.ResultSchema.Columns),
            ["sources"] = Entities.Texts(sources),
            ["sinks"] = Entities.Texts(sink is null ? [] : [sink]),
            ["topology"] = string.Empty,
            ["executionPlan"] = Plan(plan, sink),
            ["overriddenProperties"] = new JsonObject(running?.Definition.Properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)) ?? []),
            ["ksqlHostQueryStatus"] = hosts,
            ["queryType"] = type,
            ["state"] = state is null ? null : Word(state),
            ["queryErrors"] = Entities.List(running?.Errors.Select(e => new JsonObject
            {
                ["timestamp"] = e.Time.ToUnixTimeMilliseconds(),
                ["errorMessage"] = e.Message,
                ["type"] = e.Type,
            }) ?? []),
            ["tasksMetadata"] = new JsonArray(),
            ["consumerGroupId"] = running?.Group,
        };

    private static string Plan(Pioneer.Ksql.Analysis.AnalyzedQuery plan, string? sink)
    {
        var steps = new List<string>();
        if (sink is not null)
        {
            steps.Add($" > [ SINK ] | Schema: {plan.ResultSchema}.");
        }

        Add(steps, plan.Plan, steps.Count);
        return string.Join('\n', steps);
    }

    private static void Add(List<string> steps, PlanNode node, int depth)
    {
        var word = node switch
        {
            ScanNode => "SOURCE",
            FilterNode => "FILTER",
            ProjectNode => "PROJECT",
            RepartitionNode => "REKEY",
            AggregateNode => "AGGREGATE",
            FlattenNode => "FLAT_MAP",
            _ => "JOIN",
        };
        var schema = node is ScanNode scan ? scan.Source.Relation.Schema.ToString() : string.Join(", ", node.Schema.Columns);
        steps.Add($"{new string('\t', depth)} > [ {word} ] | Schema: {schema}.");
        foreach (var input in node.Inputs)
        {
            Add(steps, input, depth + 1);
        }
    }

    /// <summary>ksqlDB keeps 'state' for old clients, and it knows no pause: that stands in the states of the hosts.</summary>
    private static string Word(string state) => state == "ERROR" ? state : "RUNNING";

    /// <summary>What ksqlDB itself does not tell; its clients pass over fields that they do not know.</summary>
    private IEnumerable<KeyValuePair<string, JsonNode?>> FaultsOf(string queryId) => service.Queries.GetValueOrDefault(queryId)?.Faults.ToJson() ?? [];

    private string StateOf(string queryId) => (service.Queries.GetValueOrDefault(queryId)?.State ?? QueryState.Running).ToString().ToUpperInvariant();

    private JsonObject Offsets(QueryDefinition query)
    {
        var group = PersistentQuery.GroupOf(service.Id, query.Id);
        using var consumer = service.Clients.Consumer(group);
        return new JsonObject
        {
            ["groupId"] = group,
            ["topicSummaries"] = Entities.List(query.Topics.Select(topic => new JsonObject { ["kafkaTopic"] = topic, ["offsets"] = Offsets(consumer, topic) })),
        };
    }

    private JsonArray Offsets(IConsumer<byte[]?, byte[]?> consumer, string topic)
    {
        var offsets = new JsonArray();
        var count = service.Topics.Describe(topic)?.Partitions ?? 0;
        foreach (var committed in consumer.Committed([.. Enumerable.Range(0, count).Select(p => new TopicPartition(topic, p))], KafkaClients.CallTimeout))
        {
            var ends = consumer.QueryWatermarkOffsets(committed.TopicPartition, KafkaClients.CallTimeout);
            offsets.Add(new JsonObject
            {
                ["partition"] = committed.Partition.Value,
                ["logStartOffset"] = ends.Low.Value,
                ["logEndOffset"] = ends.High.Value,
                ["consumerOffset"] = Math.Max(committed.Offset.Value, 0),
            });
        }

        return offsets;
    }
}
