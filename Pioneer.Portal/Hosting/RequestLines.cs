using Pioneer.Portal.SignIn;
using Serilog;
using Serilog.Events;

namespace Pioneer.Portal.Hosting;

/// <summary>One line in the log for each request: what was asked as it stood on the wire, who asked (a person or a token), from where, what came of it.</summary>
internal static class RequestLines
{
    /// <summary>Before whatever may refuse a request, so that refusals have their line too.</summary>
    public static void UseRequestLines(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        // the path is a person's text: percent-encoded it stays on its line, whatever is in it
        options.GetMessageTemplateProperties = (http, path, elapsedMs, status) =>
        [
            new LogEventProperty("RequestMethod", new ScalarValue(http.Request.Method)),
            new LogEventProperty("RequestPath", new ScalarValue(http.Request.PathBase.Add(http.Request.Path).ToUriComponent())),
            new LogEventProperty("StatusCode", new ScalarValue(status)),
            new LogEventProperty("Elapsed", new ScalarValue(elapsedMs)),
        ];
        options.EnrichDiagnosticContext = Enrich;
    });

    private static void Enrich(IDiagnosticContext line, HttpContext http)
    {
        // the actor of a token is known to the request's own scope only; a page's principal may be gone with its session
        var actor = http.RequestServices?.GetService<CurrentActor>()?.Actor.Name;
        line.Set("User", actor is { Length: > 0 } ? actor : http.User.Identity?.Name ?? "-");
        line.Set("Address", http.Connection.RemoteIpAddress?.ToString() ?? "-");
        if (http.GetRouteValue("slug") is string slug)
        {
            line.Set("Tenant", slug);
        }
    }
}
