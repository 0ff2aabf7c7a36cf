using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Pioneer.Embedded.Connect.Runtime;

namespace Pioneer.Embedded.Connect.Rest;

/// <summary>
/// Outermost layer of the REST API: who calls is looked at on every path, errors become Connect's error bodies, calls wait for a worker that
/// starts, and calls that a browser makes for another site are refused.
/// </summary>
internal sealed partial class RestGuard(RequestDelegate next, Herder herder, ILogger<RestGuard> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Headers.Origin.Count > 0 || !IsLoopbackName(http.Request.Host.Host))
        {
            await WriteAsync(http, StatusCodes.Status403Forbidden, "This worker answers programs on its own machine, not browsers.");
            return;
        }

        var options = herder.Context.Options;
        if (!BasicAuthentication.Admits(http.Request.Headers.Authorization, options.BasicUser, options.BasicPassword))
        {
            await WriteAsync(http, StatusCodes.Status401Unauthorized, "User cannot access the resource.");
            return;
        }

        if (!herder.IsReady && http.Request.Path != "/" && http.Request.Path != "/health")
        {
            await WriteAsync(
                http,
                StatusCodes.Status503ServiceUnavailable,
                $"Worker is starting: it waits for Kafka at {options.Kafka.BootstrapServers}");
            return;
        }

        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: 404 or 405 or 415 })
            {
                var status = http.Response.StatusCode;
                await WriteAsync(http, status, $"HTTP {status} {ReasonPhrases.GetReasonPhrase(status)}");
            }
        }
        catch (ConnectRestException error)
        {
            await WriteAsync(http, error.Status, error.Message);
        }
        catch (Exception error) when (error is BadHttpRequestException or JsonException)
        {
            var status = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            await WriteAsync(http, status, error.InnerException is JsonException json ? json.Message : error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(logger, error, http.Request.Method, http.Request.Path);
            await WriteAsync(http, StatusCodes.Status500InternalServerError, error.Message);
        }
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _);

    private static async Task WriteAsync(HttpContext http, int status, string message)
    {
        if (http.Response.HasStarted)
        {
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"connect\"";
        }

        await http.Response.WriteAsJsonAsync(new ErrorMessage(status, message), http.RequestAborted);
    }

    [LoggerMessage(7003, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception error, string method, string path);
}
