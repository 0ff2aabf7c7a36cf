using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pioneer.Tests.Jobs;

/// <summary>Anybody's server: answers every request alike and keeps the credential that came with each.</summary>
internal sealed class RecordingServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RecordingServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>The <c>Authorization</c> of each request, empty where it had none.</summary>
    public ConcurrentQueue<string> Credentials { get; } = new();

    public static async Task<RecordingServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new RecordingServer(builder.Build());
        server._app.Run(context =>
        {
            server.Credentials.Enqueue(context.Request.Headers.Authorization.ToString());
            return answer(context);
        });
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
