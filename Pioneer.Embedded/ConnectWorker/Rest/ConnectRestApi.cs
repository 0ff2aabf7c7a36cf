using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Runtime;
using Pioneer.Embedded.Connect.Storage;

namespace Pioneer.Embedded.Connect.Rest;

/// <summary>Kafka Connect's REST API over a <see cref="Herder"/>.</summary>
internal static class ConnectRestApi
{
    public static void MapConnectApi(this IEndpointRouteBuilder app, Herder herder)
    {
        var context = herder.Context;
        app.MapGet("/", () => new ServerInfo(ConnectWorker.Version, "embedded", context.Topics.ClusterId));
        app.MapGet("/health", () => herder.IsReady
            ? Results.Json(new { status = "healthy", message = "Worker has completed startup and is ready to handle requests." })
            : Results.Json(new { status = "starting", message = "Worker is still starting up." }, statusCode: 503));
        app.MapGet("/connectors", (HttpRequest request) => List(herder, request));
        app.MapPost("/connectors", async (CreateConnector body, HttpResponse response, CancellationToken cancellation) =>
            await CreateAsync(herder, body, response, cancellation));
        MapConnector(app, herder);
        MapTasks(app, herder);
        MapLifecycle(app, herder);
        MapOffsets(app, herder);
        app.MapGet("/connector-plugins", () =>
            herder.Validator.Connectors.Select(connector => new PluginInfo(connector.ClassName, "source", connector.Version)));
        app.MapGet("/connector-plugins/{type}/config", (string type) => PluginConfig(herder, type));
        app.MapPut("/connector-plugins/{type}/config/validate", (string type, Dictionary<string, string?> config, CancellationToken cancellation) =>
            herder.Validator.ValidateAsync(type, Known(config), cancellation));
        app.MapGet("/admin/loggers", () => new Dictionary<string, LoggerLevel>(StringComparer.Ordinal) { ["root"] = new("INFO", null) });
        app.MapGet("/admin/loggers/{name}", (string name) =>
            name == "root" ? new LoggerLevel("INFO", null) : throw ConnectRestException.NotFound($"Logger {name} not found."));
    }

    private static void MapConnector(IEndpointRouteBuilder app, Herder herder)
    {
        app.MapGet("/connectors/{name}", (string name) => herder.Require(name).Info());
        app.MapGet("/connectors/{name}/config", (string name) => herder.Require(name).Config);
        app.MapPut("/connectors/{name}/config", async (
            string name, Dictionary<string, string?> config, HttpResponse response, CancellationToken cancellation) =>
        {
            var created = await herder.PutAsync(name, Named(name, config), null, mustBeNew: false, cancellation);
            return Answer(herder, name, created, response);
        });
        app.MapPatch("/connectors/{name}/config", async (
            string name, Dictionary<string, string?> patch, HttpResponse response, CancellationToken cancellation) =>
        {
            var merged = herder.Require(name).Config.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
            foreach (var (key, value) in patch)
            {
                merged[key] = value;
            }

            await herder.PutAsync(name, Named(name, merged), null, mustBeNew: false, cancellation);
            return Answer(herder, name, false, response);
        });
        app.MapDelete("/connectors/{name}", async (string name, CancellationToken cancellation) =>
        {
            await herder.DeleteAsync(name, cancellation);
            return Results.NoContent();
        });
        app.MapGet("/connectors/{name}/topics", (string name) =>
        {
            var topics = new TopicList(herder.Context.State.Topics(name));
            return new Dictionary<string, TopicList>(StringComparer.Ordinal) { [name] = topics };
        });
        app.MapPut("/connectors/{name}/topics/reset", (string name) =>
        {
            herder.ResetTopics(name);
            return Results.StatusCode(StatusCodes.Status202Accepted);
        });
    }

    private static void MapTasks(IEndpointRouteBuilder app, Herder herder)
    {
        app.MapGet("/connectors/{name}/status", (string name) => herder.Exists(name)
            ? herder.Require(name).Status()
            : throw ConnectRestException.NotFound($"No status found for connector {name}"));
        app.MapGet("/connectors/{name}/tasks", (string name) =>
            herder.Require(name).Tasks.Select(task => new TaskInfo(new ConnectorTaskId(name, task.Name.Index), TaskConfig(herder, task))));
        app.MapGet("/connectors/{name}/tasks/{task:int}/status", (string name, int task) =>
            herder.Exists(name) && herder.Require(name).Status().Tasks.FirstOrDefault(known => known.Id == task) is { } state
                ? state
                : throw ConnectRestException.NotFound($"No status found for task {name}-{task}"));
        app.MapPost("/connectors/{name}/tasks/{task:int}/restart", async (string name, int task, CancellationToken cancellation) =>
        {
            await herder.RestartTaskAsync(name, task, cancellation);
            return Results.NoContent();
        });
    }

    private static void MapLifecycle(IEndpointRouteBuilder app, Herder herder)
    {
        app.MapPost("/connectors/{name}/restart", async (
            string name, bool? includeTasks, bool? onlyFailed, CancellationToken cancellation) =>
        {
            var state = await herder.RestartAsync(name, includeTasks ?? false, onlyFailed ?? false, cancellation);
            return (includeTasks ?? false) || (onlyFailed ?? false)
                ? Results.Json(state, statusCode: StatusCodes.Status202Accepted)
                : Results.NoContent();
        });
        foreach (var (verb, target, status) in new[]
        {
            ("pause", TargetState.Paused, StatusCodes.Status202Accepted),
            ("resume", TargetState.Started, StatusCodes.Status202Accepted),
            ("stop", TargetState.Stopped, StatusCodes.Status204NoContent),
        })
        {
            app.MapPut($"/connectors/{{name}}/{verb}", async (string name, CancellationToken cancellation) =>
            {
                await herder.SetTargetAsync(name, target, cancellation);
                return Results.StatusCode(status);
            });
        }
    }

    private static void MapOffsets(IEndpointRouteBuilder app, Herder herder)
    {
        app.MapGet("/connectors/{name}/offsets", async (string name, CancellationToken cancellation) =>
        {
            herder.Require(name);
            await herder.Context.Topics.ReadToEndAsync(herder.Context.Options.OffsetTopic, cancellation);
            return new SourceOffsets([.. herder.Context.State.Offsets(name).Select(pair =>
                new SourceOffset(JsonNode.Parse(pair.Partition), JsonNode.Parse(pair.Offset)))]);
        });
        app.MapPatch("/connectors/{name}/offsets", async (string name, SourceOffsets body, CancellationToken cancellation) =>
        {
            if (body.Offsets is not { Count: > 0 })
            {
                throw ConnectRestException.BadRequest("Partitions / offsets need to be provided for an alter offsets request");
            }

            await herder.AlterOffsetsAsync(name, [.. body.Offsets.Select(item => (CanonicalJson.Of(item.Partition), item.Offset))], cancellation);
            return OffsetsChanged("altered");
        });
        app.MapDelete("/connectors/{name}/offsets", async (string name, CancellationToken cancellation) =>
        {
            await herder.AlterOffsetsAsync(name, null, cancellation);
            return OffsetsChanged("reset");
        });
    }

    private static Dictionary<string, string> TaskConfig(Herder herder, SourceTaskRunner task) => new(task.Config, StringComparer.Ordinal)
    {
        ["task.class"] = herder.Validator.Require(task.Config.GetValueOrDefault("connector.class")).TaskClassName,
    };

    private static IEnumerable<PluginConfigKey> PluginConfig(Herder herder, string type) =>
        (herder.Validator.Find(type) ?? throw ConnectRestException.NotFound($"Unknown plugin {type}.")).Definition.Keys.Select((key, order) =>
            new PluginConfigKey(
                key.Name,
                key.Type.ToString().ToUpperInvariant(),
                key.Required,
                key.Default,
                key.Importance,
                key.Documentation,
                key.Group,
                order,
                "MEDIUM",
                key.Name,
                []));

    private static MessageBody OffsetsChanged(string how) => new(
        $"The Connect framework-managed offsets for this connector have been {how} successfully. However, if this connector manages offsets "
        + $"externally, they will need to be manually {how} in the system that the connector uses.");

    private static IResult List(Herder herder, HttpRequest request)
    {
        var expand = request.Query["expand"];
        return expand.Count == 0
            ? Results.Json(herder.Connectors.Select(connector => connector.Name))
            : Results.Json(herder.Connectors.ToDictionary(
                connector => connector.Name,
                connector => new ExpandedConnector(
                    expand.Contains("info", StringComparer.Ordinal) ? connector.Info() : null,
                    expand.Contains("status", StringComparer.Ordinal) ? connector.Status() : null,
                    expand.Contains("skipped", StringComparer.Ordinal) ? connector.Skipped() : null,
                    expand.Contains("progress", StringComparer.Ordinal) ? connector.Progress() : null),
                StringComparer.Ordinal));
    }

    private static async Task<IResult> CreateAsync(
        Herder herder,
        CreateConnector body,
        HttpResponse response,
        CancellationToken cancellation)
    {
        if (body.Config is null)
        {
            throw ConnectRestException.BadRequest("Missing 'config' of the connector to create");
        }

        var name = body.Name?.Trim() is { Length: > 0 } given ? given : body.Config.GetValueOrDefault("name")?.Trim() ?? "";
        if (name.Length == 0)
        {
            throw ConnectRestException.BadRequest(
                "Connector configuration is invalid and contains the following 1 error(s):\n"
                + "Missing required configuration \"name\" which has no default value.");
        }

        TargetState? initial = body.InitialState?.ToUpperInvariant() switch
        {
            null => null,
            "RUNNING" => TargetState.Started,
            "PAUSED" => TargetState.Paused,
            "STOPPED" => TargetState.Stopped,
            var other => throw ConnectRestException.BadRequest($"{other} is not an initial state: RUNNING, PAUSED or STOPPED"),
        };
        await herder.PutAsync(name, Named(name, body.Config), initial, mustBeNew: true, cancellation);
        return Answer(herder, name, true, response);
    }

    private static IResult Answer(Herder herder, string name, bool created, HttpResponse response)
    {
        if (created)
        {
            response.Headers.Location = "/connectors/" + Uri.EscapeDataString(name);
        }

        return Results.Json(herder.Require(name).Info(), statusCode: created ? 201 : 200);
    }

    private static Dictionary<string, string> Named(string name, Dictionary<string, string?> config)
    {
        var known = Known(config);
        if (known.TryGetValue("name", out var inside) && inside != name)
        {
            throw ConnectRestException.BadRequest($"Connector name configuration ({inside}) doesn't match connector name in the URL ({name})");
        }

        known["name"] = name;
        return known;
    }

    /// <summary>A key set to null is absent.</summary>
    private static Dictionary<string, string> Known(Dictionary<string, string?> config) => config
        .Where(pair => pair.Value is not null)
        .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = CanonicalJson.Relaxed.Encoder;
        options.Converters.Add(new LenientStringConverter());
    }
}
