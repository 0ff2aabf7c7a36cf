using System.Text.Json.Nodes;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Statements;

namespace Pioneer.Embedded.Ksql.Http;

/// <summary>
/// The paths: ksqlDB's REST for service default_ at the root and for each service under /services/{id}; the host API under
/// /host/services. The one place where failures become error bodies.
/// </summary>
internal static class KsqlRoutes
{
    /// <summary>Adds authentication and all paths.</summary>
    public static void Map(WebApplication app, ServiceRegistry services, KsqlServerOptions options, ILogger logger)
    {
        app.Use((context, next) => GuardAsync(context, next, options, logger));
        foreach (var prefix in (string[])["", "/services/{serviceId}"])
        {
            MapService(app, prefix, services);
        }

        var host = new HostApi(services);
        app.MapGet("/host/services", host.ListAsync);
        app.MapPut("/host/services/{id}", host.PutAsync);
        app.MapDelete("/host/services/{id}", host.DeleteAsync);
        app.MapFallback(_ => throw new KsqlException(ErrorCodes.NotFound, "The path does not exist"));
    }

    /// <summary>Writes an error body: generic_error, or statement_error where a statement is at fault.</summary>
    public static JsonObject Error(KsqlException error)
    {
        var body = new JsonObject { ["@type"] = error.Statement is null ? "generic_error" : "statement_error", ["error_code"] = error.Code, ["message"] = error.Message };
        if (error.Statement is { } statement)
        {
            body["statementText"] = statement;
            body["entities"] = new JsonArray();
        }

        return body;
    }

    /// <summary>The ksqlDB error that stands for a failure.</summary>
    public static KsqlException Translate(Exception failure) => failure switch
    {
        KsqlException known => known,
        KafkaException { Error.Code: ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed } denied =>
            new KsqlException(ErrorCodes.KafkaAuthorizationFailed, $"Authorization denied: {denied.Error.Reason}"),
        _ => new KsqlException(ErrorCodes.ServerError, failure.Message),
    };

    private static void MapService(WebApplication app, string prefix, ServiceRegistry services)
    {
        var group = app.MapGroup(prefix);
        RequestDelegate For(Func<KsqlApi, HttpContext, Task> handle) => async context =>
        {
            var id = context.Request.RouteValues["serviceId"] as string ?? ServiceRegistry.DefaultServiceId;
            var service = services.Find(id) ?? throw new KsqlException(ErrorCodes.NotFound, $"There is no ksql service '{id}' here");
            if (!service.IsReady)
            {
                throw new KsqlException(ErrorCodes.ServerNotReady, "KSQL is not yet ready to serve requests." + (service.LastError is { } why ? $" {why}" : string.Empty));
            }

            await handle(new KsqlApi(service), context);
        };
        group.MapGet("/", context =>
        {
            context.Response.Redirect(context.Request.Path.Value!.TrimEnd('/') + "/info");
            return Task.CompletedTask;
        });
        group.MapGet("/info", For((api, context) => api.InfoAsync(context)));
        group.MapGet("/healthcheck", For((api, context) => api.HealthcheckAsync(context)));
        group.MapGet("/clusterStatus", For((api, context) => api.ClusterStatusAsync(context)));
        group.MapGet("/v1/metadata", For((api, context) => api.MetadataAsync(context)));
        group.MapGet("/status", For((api, context) => api.StatusesAsync(context)));
        group.MapGet("/status/{type}/{entity}/{action}", For((api, context) => api.StatusAsync(context)));
        group.MapGet("/is_valid_property/{name}", For((_, context) => KsqlApi.IsValidPropertyAsync(context)));
        group.MapPost("/heartbeat", For((_, context) => KsqlApi.WriteAsync(context, new JsonObject { ["isOk"] = true })));
        group.MapPost("/ksql", For((api, context) => api.KsqlAsync(context)));
        group.MapPost("/query", For((api, context) => api.QueryAsync(context, isStream: false)));
        group.MapPost("/query-stream", For((api, context) => api.QueryAsync(context, isStream: true)));
        group.MapPost("/close-query", For((api, context) => api.CloseQueryAsync(context)));
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, KsqlServerOptions options, ILogger logger)
    {
        try
        {
            if (!BasicAuthentication.Admits(context.Request.Headers.Authorization, options.BasicUser, options.BasicPassword))
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"ksql\"";
                throw new KsqlException(ErrorCodes.Unauthorized, "Unauthorized");
            }

            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var error = Translate(e);
            if (error.Code == ErrorCodes.ServerError)
            {
                KsqlServerLog.RequestFailed(logger, e, context.Request.Method, context.Request.Path);
            }

            context.Response.StatusCode = error.Code / 100;
            await KsqlApi.WriteAsync(context, Error(error));
        }
    }
}
