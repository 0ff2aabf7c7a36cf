using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries;
using Pioneer.Embedded.Ksql.Statements;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Embedded.Ksql.Http;

/// <summary>ksqlDB's REST calls on one service.</summary>
internal sealed class KsqlApi(KsqlService service)
{
    /// <summary>Longest request body.</summary>
    public const long MaxRequestBytes = 4 * 1024 * 1024;

    private const string JsonType = "application/json";
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Version = typeof(KsqlServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Writes a JSON body; the versioned media type where the client asked for it.</summary>
    public static Task WriteAsync(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = context.Request.Headers.Accept.ToString().Contains("application/vnd.ksql.v1+json", StringComparison.OrdinalIgnoreCase)
            ? "application/vnd.ksql.v1+json"
            : JsonType;
        return context.Response.WriteAsync(body.ToJsonString(Json), context.RequestAborted);
    }

    /// <summary>GET /info.</summary>
    public async Task InfoAsync(HttpContext context) => await WriteAsync(context, new JsonObject
    {
        ["KsqlServerInfo"] = new JsonObject
        {
            ["version"] = Version,
            ["kafkaClusterId"] = await service.Topics.ClusterIdAsync(),
            ["ksqlServiceId"] = service.Id,
            ["serverStatus"] = "RUNNING",
        },
    });

    /// <summary>GET /healthcheck: always 200, the body tells.</summary>
    public async Task HealthcheckAsync(HttpContext context)
    {
        var kafka = await Task.Run(() => IsReachable(service));
        await WriteAsync(context, new JsonObject
        {
            ["isHealthy"] = kafka,
            ["details"] = new JsonObject
            {
                ["metastore"] = new JsonObject { ["isHealthy"] = true },
                ["kafka"] = new JsonObject { ["isHealthy"] = kafka },
                ["commandRunner"] = new JsonObject { ["isHealthy"] = true },
            },
            ["serverState"] = "READY",
        });
    }

    /// <summary>GET /clusterStatus: this host alone, without state stores.</summary>
    public Task ClusterStatusAsync(HttpContext context) => WriteAsync(context, new JsonObject
    {
        ["clusterStatus"] = new JsonObject
        {
            [Host(context)] = new JsonObject
            {
                ["hostAlive"] = true,
                ["lastStatusUpdateMs"] = service.Services.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                ["activeStandbyPerQuery"] = new JsonObject(service.Queries.Keys.Select(q => KeyValuePair.Create(q, (JsonNode?)new JsonObject
                {
                    ["activeStores"] = new JsonArray(),
                    ["activePartitions"] = new JsonArray(),
                    ["standByStores"] = new JsonArray(),
                    ["standByPartitions"] = new JsonArray(),
                }))),
                ["hostStoreLags"] = new JsonObject { ["stateStoreLags"] = new JsonObject(), ["updateTimeMs"] = 0 },
            },
        },
    });

    /// <summary>GET /v1/metadata.</summary>
    public async Task MetadataAsync(HttpContext context) => await WriteAsync(context, new JsonObject
    {
        ["version"] = Version,
        ["clusterId"] = new JsonObject
        {
            ["id"] = string.Empty,
            ["scope"] = new JsonObject
            {
                ["path"] = new JsonArray(),
                ["clusters"] = new JsonObject { ["kafka-cluster"] = await service.Topics.ClusterIdAsync(), ["ksql-cluster"] = service.Id },
            },
        },
    });

    /// <summary>GET /status.</summary>
    public Task StatusesAsync(HttpContext context) => WriteAsync(context, new JsonObject
    {
        ["commandStatuses"] = new JsonObject(service.Statuses.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value.Status))),
    });

    /// <summary>GET /status/{type}/{entity}/{action}.</summary>
    public Task StatusAsync(HttpContext context)
    {
        var route = context.Request.RouteValues;
        var status = service.Statuses.GetValueOrDefault($"{route["type"]}/{route["entity"]}/{route["action"]}") ?? throw new KsqlException(ErrorCodes.NotFound, "Command not found");
        return WriteAsync(context, new JsonObject { ["status"] = status.Status, ["message"] = status.Message, ["queryId"] = status.QueryId });
    }

    /// <summary>GET /is_valid_property/{name}.</summary>
    public static Task IsValidPropertyAsync(HttpContext context) => (string?)context.Request.RouteValues["name"] is "auto.offset.reset" or "ksql.streams.auto.offset.reset"
        ? WriteAsync(context, JsonValue.Create(true))
        : throw KsqlException.BadRequest($"Not recognizable as ksql, streams, consumer, or producer property: '{context.Request.RouteValues["name"]}'");

    /// <summary>POST /ksql.</summary>
    public async Task KsqlAsync(HttpContext context)
    {
        var request = await KsqlRequest.ReadAsync(context, isStream: false);
        await WriteAsync(context, await new StatementExecutor(service, Host(context)).ExecuteAsync(request.Text, request.Properties));
    }

    /// <summary>POST /close-query.</summary>
    public async Task CloseQueryAsync(HttpContext context)
    {
        var id = (string?)(await KsqlRequest.ReadObjectAsync(context))["queryId"];
        if (id is null || !service.PushQueries.Close(id))
        {
            throw KsqlException.BadRequest($"No query with id {id}");
        }
    }

    /// <summary>POST /query and /query-stream: rows until the query ends, the client leaves or closes it.</summary>
    public async Task QueryAsync(HttpContext context, bool isStream)
    {
        var request = await KsqlRequest.ReadAsync(context, isStream);
        var (source, plan) = Plan(request);
        var id = $"transient_{source.Name}_{Random.Shared.NextInt64():x}";
        var query = new TransientQuery(id, service.Id, source, plan, FromEarliest(request), service.Clients, service.Services);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var registration = service.PushQueries.Add(id, stop);
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        var rows = RowStream.For(context, isStream, [.. plan.Projection.Select(p => p.Column)], showKeys: !plan.IsPush);
        context.Response.ContentType = rows.ContentType;
        await StreamAsync(context, query, rows, new FaultTeller(rows, query.Faults, request.TellsFaults), stop.Token);
    }

    private async Task StreamAsync(HttpContext context, TransientQuery query, RowStream rows, FaultTeller faults, CancellationToken stop)
    {
        var body = context.Response.BodyWriter;
        var started = false;
        try
        {
            await using var results = query.RunAsync(stop).GetAsyncEnumerator(stop);
            for (var next = results.MoveNextAsync(); await WaitAsync(next.AsTask(), rows, faults, body, started); next = results.MoveNextAsync())
            {
                if (results.Current is not { } row)
                {
                    rows.Start(query.Id);
                    started = true;
                    continue;
                }

                // who leaves after so many rows has the count with the last of them
                faults.Tell();
                if (rows.Row(row) is { } reason)
                {
                    query.Faults.Add([RecordFault.Of(row.From, reason)], [], service.Services.Time.GetUtcNow());
                }
            }

            faults.TellLast();
            rows.End(query.LimitReached ? "Limit Reached" : "Query Completed");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && started)
        {
            faults.TellLast();
            rows.End("Query Completed");
        }
        catch (Exception e) when (e is not OperationCanceledException && started)
        {
            faults.TellLast();
            rows.Fail(KsqlRoutes.Translate(e));
        }

        await body.FlushAsync(context.RequestAborted);
    }

    /// <summary>Waits for the next row; before really waiting, sends what there is, and then what is new of rows left out.</summary>
    private static async Task<bool> WaitAsync(Task<bool> next, RowStream rows, FaultTeller faults, System.IO.Pipelines.PipeWriter body, bool started)
    {
        if (!next.IsCompleted && started)
        {
            faults.Tell();
            await body.FlushAsync();
        }

        while (started && (rows.KeepsAlive || faults.IsAsked) && await Task.WhenAny(next, Task.Delay(KeepAliveInterval)) != next)
        {
            faults.Tell();
            if (rows.KeepsAlive)
            {
                rows.Raw("\n");
            }

            await body.FlushAsync();
        }

        return await next;
    }

    private (DataSource Source, AnalyzedQuery Plan) Plan(KsqlRequest request)
    {
        var statements = ParsedStatement.ParseAll(request.Text, request.Properties);
        if (statements.Length != 1)
        {
            throw KsqlException.BadRequest($"Expected exactly one KSQL statement; found {statements.Length} instead");
        }

        var statement = statements[0];
        if (statement.Syntax is not QueryStatement { Query: { } query })
        {
            throw KsqlException.BadStatement($"Statement type `{statement.Syntax.GetType().Name}' not supported for this resource", statement.Text);
        }

        var analysis = QueryAnalyzer.Analyze(query, service.Metastore.Catalogue, statement.Text, options: ServerAnalysis.Transient);
        ParsedStatement.Refuse(analysis.Diagnostics, statement.Text);
        var plan = analysis.Query!;
        var source = service.Metastore.Find(plan.Source.Name)!;
        return plan.IsPush || source.Kind == RelationKind.Stream
            ? (source, plan)
            : throw KsqlException.BadStatement($"The `{source.Name}` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_{source.Name} AS SELECT * FROM {source.Name}'", statement.Text);
    }

    private static bool FromEarliest(KsqlRequest request) =>
        string.Equals(request.Properties.GetValueOrDefault("auto.offset.reset"), "earliest", StringComparison.OrdinalIgnoreCase);

    private static string Host(HttpContext context) => context.Request.Host.Value ?? "localhost";

    private static bool IsReachable(KsqlService service)
    {
        try
        {
            service.Topics.List();
            return true;
        }
        catch (Confluent.Kafka.KafkaException)
        {
            return false;
        }
    }
}
