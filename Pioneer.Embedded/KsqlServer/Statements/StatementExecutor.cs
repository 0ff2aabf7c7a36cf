using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>
/// Carries the statements of a /ksql request out: all are parsed, then all are validated one after the other on a copy of the
/// metastore, then each is executed. An error in the first two steps changes nothing.
/// </summary>
internal sealed class StatementExecutor(KsqlService service, string host)
{
    private static readonly string[] Hidden = ["_confluent", "__confluent", "_schemas", "__consumer_offsets", "__transaction_state", "connect-configs", "connect-offsets", "connect-status", "connect-statuses"];
    private readonly Descriptions _descriptions = new(service);

    /// <summary>The entities of the request's statements.</summary>
    public async Task<JsonArray> ExecuteAsync(string text, ImmutableDictionary<string, string> properties)
    {
        var statements = ParsedStatement.ParseAll(text, properties);
        if (statements.IsEmpty)
        {
            throw KsqlException.BadRequest("Statement is missing: the request has no statement");
        }

        Validate(statements);
        var entities = new JsonArray();
        foreach (var statement in WithSessionProperties(statements))
        {
            if (await ExecuteAsync(statement) is { } entity)
            {
                entities.Add(entity);
            }
        }

        return entities;
    }

    private static IEnumerable<ParsedStatement> WithSessionProperties(ImmutableArray<ParsedStatement> statements)
    {
        var session = statements[0].Properties;
        foreach (var statement in statements)
        {
            session = statement.Syntax switch
            {
                SetProperty set => session.SetItem(set.Name, set.Value),
                UnsetProperty unset => session.Remove(unset.Name),
                _ => session,
            };
            yield return statement with { Properties = session };
        }
    }

    private void Validate(ImmutableArray<ParsedStatement> statements)
    {
        var metastore = service.Metastore;
        var offset = service.NextCommand;
        foreach (var statement in statements)
        {
            if (statement.Syntax is QueryStatement or PrintTopic)
            {
                throw new KsqlException(
                    ErrorCodes.QueryEndpoint,
                    $"The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT\nStatement: {statement.Text}",
                    statement.Text);
            }

            if (CommandInterpreter.IsDistributed(statement.Syntax))
            {
                metastore = CommandInterpreter.Apply(metastore, statement, offset++).After;
            }
        }
    }

    private async Task<JsonNode?> ExecuteAsync(ParsedStatement statement)
    {
        switch (statement.Syntax)
        {
            case SetProperty or UnsetProperty:
                return null;
            case InsertValues insert:
                await InsertValuesExecutor.ExecuteAsync(service, statement, insert);
                return null;
            case ListStatement list:
                return await ListAsync(statement, list);
            case DescribeSource describe:
                return await DescribeAsync(statement, describe);
            case DescribeAll all:
                return DescribeAll(statement, all);
            case DescribeFunction function:
                return FunctionCatalogue.Default.Find(function.Name.Text) is { } info
                    ? Descriptions.Describe(info, statement.Text)
                    : throw KsqlException.BadStatement($"Can't find any functions with the name '{function.Name.Text}'", statement.Text);
            case Explain explain:
                return Explain(statement, explain);
            default:
                return await ExecuteDistributedAsync(statement);
        }
    }

    private async Task<JsonObject> ExecuteDistributedAsync(ParsedStatement statement)
    {
        var (result, offset) = await service.ExecuteAsync(statement);
        if (result.Warning is { } warning)
        {
            return Entities.Of("warning_entity", statement.Text, ("message", warning));
        }

        return Entities.Of(
            "currentStatus",
            statement.Text,
            ("commandId", result.CommandId),
            ("commandStatus", new JsonObject { ["status"] = "SUCCESS", ["message"] = result.Message, ["queryId"] = result.QueryId }),
            ("commandSequenceNumber", offset));
    }

    private async Task<JsonObject> ListAsync(ParsedStatement statement, ListStatement list)
    {
        var metastore = service.Metastore;
        switch (list.Subject)
        {
            case ListSubject.Streams or ListSubject.Tables when list.Extended:
                return DescribeAll(statement, new DescribeAll(list.Subject == ListSubject.Streams ? SourceKind.Stream : SourceKind.Table, Extended: true));
            case ListSubject.Streams:
                return Entities.Of("streams", statement.Text, ("streams", Entities.List(OfKind(metastore, RelationKind.Stream).Select(Descriptions.Listed))));
            case ListSubject.Tables:
                return Entities.Of("tables", statement.Text, ("tables", Entities.List(OfKind(metastore, RelationKind.Table).Select(Descriptions.Listed))));
            case ListSubject.Queries when list.Extended:
                return Entities.Of("query_descriptions", statement.Text, ("queryDescriptions", Entities.List(metastore.Queries.Values.Select(q => _descriptions.Describe(q, host)))));
            case ListSubject.Queries:
                return Entities.Of("queries", statement.Text, ("queries", Entities.List(metastore.Queries.Values.Select(_descriptions.Listed))));
            case ListSubject.Functions:
                return Entities.Of("function_names", statement.Text, ("functions", Entities.List(FunctionCatalogue.Default.All.Select(Descriptions.Listed))));
            case ListSubject.Topics:
                return Topics(statement, await Task.Run(service.Topics.List), list);
            case ListSubject.Properties:
                return Properties(statement);
            case ListSubject.Types:
                return Entities.Of("type_list", statement.Text, ("types", new JsonObject()));
            case ListSubject.Variables:
                return Entities.Of("variables", statement.Text, ("variables", new JsonArray()));
            default:
                throw KsqlException.BadStatement($"{list.Subject} are managed by Kafka Connect; the embedded ksql server has no connection to one.", statement.Text);
        }
    }

    private static IEnumerable<DataSource> OfKind(MetastoreSnapshot metastore, RelationKind kind) => metastore.Sources.Values.Where(s => s.Kind == kind);

    private static JsonObject Topics(ParsedStatement statement, IReadOnlyList<TopicShape> topics, ListStatement list) => Entities.Of(
        "kafka_topics",
        statement.Text,
        ("topics", Entities.List(topics
            .Where(t => list.All || !Array.Exists(Hidden, h => t.Name.StartsWith(h, StringComparison.Ordinal)))
            .Select(t => new JsonObject { ["name"] = t.Name, ["replicaInfo"] = Entities.List(Enumerable.Repeat(t.Replicas, t.Partitions).Select(r => (JsonNode?)r)) }))));

    private JsonObject Properties(ParsedStatement statement)
    {
        (string Name, string Scope, string? Value)[] properties =
        [
            ("ksql.service.id", "KSQL", service.Id),
            ("ksql.persistent.prefix", "KSQL", "query_"),
            ("ksql.streams.bootstrap.servers", "KAFKA_STREAMS", service.Connection.BootstrapServers),
            ("ksql.streams.processing.guarantee", "KAFKA_STREAMS", "exactly_once_v2"),
            ("ksql.streams.commit.interval.ms", "KAFKA_STREAMS", QueryPump.MaxTransaction.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)),
            ("ksql.streams.auto.offset.reset", "KAFKA_STREAMS", statement.Properties.GetValueOrDefault("auto.offset.reset") ?? "latest"),
            ("ksql.variable.substitution.enable", "KSQL", "false"),
        ];
        return Entities.Of(
            "properties",
            statement.Text,
            ("properties", Entities.List(properties.Select(p => new JsonObject { ["name"] = p.Name, ["scope"] = p.Scope, ["value"] = p.Value, ["editable"] = false, ["level"] = "SERVER" }))),
            ("overwrittenProperties", Entities.Texts(statement.Properties.Keys)),
            ("defaultProperties", new JsonArray()));
    }

    private async Task<JsonObject> DescribeAsync(ParsedStatement statement, DescribeSource describe)
    {
        var source = service.Metastore.Find(describe.Name.Text)
            ?? throw KsqlException.BadStatement($"Could not find STREAM/TABLE '{describe.Name.Text}' in the Metastore", statement.Text);
        var description = await Task.Run(() => _descriptions.Describe(source, describe.Extended));
        return Entities.Of("sourceDescription", statement.Text, ("sourceDescription", description));
    }

    private JsonObject DescribeAll(ParsedStatement statement, DescribeAll all)
    {
        var kind = all.Kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table;
        return Entities.Of("source_descriptions", statement.Text, ("sourceDescriptions", Entities.List(OfKind(service.Metastore, kind).Select(s => _descriptions.Describe(s, all.Extended)))));
    }

    private JsonObject Explain(ParsedStatement statement, Explain explain)
    {
        if (explain.QueryId is { } id)
        {
            var query = service.Metastore.Queries.GetValueOrDefault(id.Text)
                ?? throw KsqlException.BadStatement($"Query with id:{id.Text} does not exist, use SHOW QUERIES to view the full set of queries.", statement.Text);
            return Entities.Of("queryDescription", statement.Text, ("queryDescription", _descriptions.Describe(query, host)));
        }

        var (query2, use) = explain.Statement switch
        {
            QueryStatement q => (q.Query, QueryUse.Transient),
            CreateAsSelect c => (c.Query, QueryUse.Persistent),
            InsertInto i => (i.Query, QueryUse.Persistent),
            _ => throw KsqlException.BadStatement("The provided statement does not run a ksql query", statement.Text),
        };
        var analysis = QueryAnalyzer.Analyze(query2, service.Metastore.Catalogue, statement.Text, use, options: ServerAnalysis.For(use));
        ParsedStatement.Refuse(analysis.Diagnostics, statement.Text);
        return Entities.Of("queryDescription", statement.Text, ("queryDescription", Descriptions.Describe(statement.Text, analysis.Query!)));
    }
}
