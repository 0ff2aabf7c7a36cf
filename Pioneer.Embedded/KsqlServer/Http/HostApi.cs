using System.Text.Json;
using System.Text.Json.Nodes;
using Pioneer.Embedded.Ksql.Statements;

namespace Pioneer.Embedded.Ksql.Http;

/// <summary>Which services this server hosts. ksqlDB itself has nothing of the kind: there a service is a process.</summary>
internal sealed class HostApi(ServiceRegistry services)
{
    /// <summary>A PUT waits this long for the service to be ready, so that a caller can mostly go on at once.</summary>
    private static readonly TimeSpan ReadyWait = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>GET /host/services.</summary>
    public Task ListAsync(HttpContext context) =>
        KsqlApi.WriteAsync(context, new JsonObject { ["services"] = Entities.List(services.All.Select(Describe)) });

    /// <summary>PUT /host/services/{id}: 200 when ready, 202 when it still starts. The same body again changes nothing.</summary>
    public async Task PutAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var connection = await ReadAsync(context);
        if ((ServiceRegistry.ValidateId(id) ?? connection.Validate()) is { } problem)
        {
            throw KsqlException.BadRequest(problem);
        }

        await services.PutAsync(id, connection);
        var service = services.Find(id)!;
        try
        {
            await service.WaitUntilReadyAsync(ReadyWait, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }

        await KsqlApi.WriteAsync(context, Describe(service));
    }

    /// <summary>DELETE /host/services/{id}: stops it; what it made in the cluster stays.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (!await services.RemoveAsync(id))
        {
            throw new KsqlException(ErrorCodes.NotFound, $"There is no ksql service '{id}' here");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<KafkaConnection> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<KafkaConnection>(context.Request.Body, Json, context.RequestAborted)
                ?? throw KsqlException.BadRequest("The body is empty");
        }
        catch (JsonException e)
        {
            throw KsqlException.BadRequest($"The body is not a connection: {e.Message}");
        }
    }

    private static JsonObject Describe(KsqlService service) => new()
    {
        ["id"] = service.Id,
        ["bootstrapServers"] = service.Connection.BootstrapServers,
        ["securityProtocol"] = service.Connection.SecurityProtocol,
        ["saslMechanism"] = service.Connection.SaslMechanism,
        ["username"] = service.Connection.Username,
        ["state"] = service.IsReady ? "RUNNING" : "STARTING",
        ["error"] = service.LastError,
    };
}
