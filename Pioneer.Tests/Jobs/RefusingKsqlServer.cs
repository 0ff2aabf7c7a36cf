using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pioneer.Tests.Jobs;

/// <summary>Stands before a ksqlDB server and refuses the statements that it is told to, as a ksqlDB of another release or with a limit would; the rest passes.</summary>
internal sealed class RefusingKsqlServer : IAsyncDisposable
{
    /// <summary>What it says of a statement that it refuses.</summary>
    public const string Words = "Can't find any functions with the name 'NOT_IN_THIS_RELEASE'";

    private readonly WebApplication _app;
    private readonly HttpClient _server;

    private RefusingKsqlServer(WebApplication app, HttpClient server) => (_app, _server) = (app, server);

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Which statements are refused; none at first.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>Which statement is not taken, once, as the server cannot do it now; none at first.</summary>
    public Func<string, bool>? FailsOnce { get; set; }

    /// <summary>Every text that came, refused ones too.</summary>
    public ConcurrentQueue<string> Statements { get; } = [];

    public static async Task<RefusingKsqlServer> StartAsync(string server, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var proxy = new RefusingKsqlServer(app, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server) });
        app.Run(proxy.ForwardAsync);
        await app.StartAsync(ct);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _server.Dispose();
    }

    private async Task ForwardAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (http.Request.Path.Value!.EndsWith("/ksql", StringComparison.Ordinal))
        {
            using var sent = JsonDocument.Parse(body.ToArray());
            var text = sent.RootElement.GetProperty("ksql").GetString()!;
            Statements.Enqueue(text);
            if (FailsOnce?.Invoke(text) is true)
            {
                FailsOnce = null;
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                await http.Response.WriteAsJsonAsync(new { error_code = 50000, message = "Broker: Coordinator not available" }, http.RequestAborted);
                return;
            }

            if (Refuses(text))
            {
                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                await http.Response.WriteAsJsonAsync(new { error_code = 40001, message = Words, statementText = text, entities = Array.Empty<object>() }, http.RequestAborted);
                return;
            }
        }

        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), $"{http.Request.Path}{http.Request.QueryString}");
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var (name, values) in http.Request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
            }
        }

        using var answer = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
