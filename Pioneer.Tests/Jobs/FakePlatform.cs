using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// The edges of a ksqlDB host and a Connect worker over HTTP, for tests that are about something else: services can be made, lists are empty.
/// <see cref="Fail"/> makes either answer 503.
/// </summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakePlatform(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, string> Services { get; } = new();

    public ConcurrentDictionary<string, bool> Failing { get; } = new();

    /// <summary>Answers to single statements by their text; others get an empty list.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new();

    /// <summary>What a streamed query answers.</summary>
    public string Streamed { get; set; } = "";

    /// <summary>The words that the next statements are refused with, one each.</summary>
    public ConcurrentQueue<string> RefusedOnce { get; } = new();
    /// <summary>Statements that are refused, with ksqlDB's error code and words.</summary>
    public ConcurrentDictionary<string, (int Code, string Message)> Refusals { get; } = new();

    /// <summary>Every statement that came.</summary>
    public ConcurrentQueue<string> Statements { get; } = new();

    /// <summary>Told of each statement before it is answered; may change <see cref="Answers"/>.</summary>
    public Action<string>? Came { get; set; }

    /// <summary>While set, the list of connectors is not answered before it ends.</summary>
    public Task ConnectHangs { get; set; } = Task.CompletedTask;

    /// <summary>The worker's connectors with their states, as it lists them.</summary>
    public string Connectors { get; set; } = "{}";

    /// <summary>Told of each restart by the connector's name.</summary>
    public Action<string>? Restarted { get; set; }

    public string Url => _app.Urls.First();

    public void Fail(string part, bool failing) => Failing[part] = failing;

    public static async Task<FakePlatform> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var platform = new FakePlatform(builder.Build());
        platform._app.Run(platform.AnswerAsync);
        await platform._app.StartAsync();
        return platform;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        var part = path[0] is "connectors" ? "connect" : "ksql";
        if (Failing.GetValueOrDefault(part) || (path is ["services", var service, ..] && Failing.GetValueOrDefault(service)))
        {
            context.Response.StatusCode = 503;
            return;
        }

        switch (context.Request.Method, path)
        {
            case ("GET", ["connectors"]):
                await ConnectHangs.WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync(Connectors);
                break;
            case ("POST", ["connectors", var name, "restart"]):
                Restarted?.Invoke(name);
                context.Response.StatusCode = 202;
                await context.Response.WriteAsync("{}");
                break;
            case ("GET", ["host", "services"]):
                await context.Response.WriteAsJsonAsync(Services.Select(service => new { id = service.Key, username = service.Value, state = "RUNNING" }));
                break;
            case ("PUT", ["host", "services", var id]):
                var body = await JsonDocument.ParseAsync(context.Request.Body);
                Services[id] = body.RootElement.GetProperty("username").GetString()!;
                break;
            case ("DELETE", ["host", "services", var id]):
                Services.TryRemove(id, out _);
                break;
            case ("GET", ["services", _, "info"]):
                await context.Response.WriteAsync("""{"KsqlServerInfo":{"serverStatus":"RUNNING"}}""");
                break;
            case ("POST", ["services", _, "query-stream"]):
                await context.Response.WriteAsync(Streamed);
                break;
            case ("POST", ["services", _, "close-query"]):
                break;
            case ("POST", ["services", _, "ksql"]):
                var request = await JsonDocument.ParseAsync(context.Request.Body);
                var statement = request.RootElement.GetProperty("ksql").GetString()!;
                Statements.Enqueue(statement);
                if (RefusedOnce.TryDequeue(out var words))
                {
                    context.Response.StatusCode = 400;
                    await context.Response.WriteAsJsonAsync(new { error_code = 40000, message = words });
                    break;
                }

                Came?.Invoke(statement);
                if (Refusals.TryGetValue(statement, out var refusal))
                {
                    context.Response.StatusCode = refusal.Code / 100;
                    await context.Response.WriteAsJsonAsync(new { error_code = refusal.Code, message = refusal.Message });
                    break;
                }

                await context.Response.WriteAsync(Answers.GetValueOrDefault(statement, "[]"));
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }
}
