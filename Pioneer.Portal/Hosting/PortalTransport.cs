using Microsoft.AspNetCore.HttpOverrides;

namespace Pioneer.Portal.Hosting;

/// <summary>What <see cref="PortalAddress"/> asks of every request: whose word on the sender counts, and that people come by https where there is https.</summary>
internal static class PortalTransport
{
    private static readonly TimeSpan HstsLasts = TimeSpan.FromDays(365);

    /// <summary>Tells the middleware whose forwarded headers are true.</summary>
    public static void AddPortalTransport(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<PortalAddress>((forwarded, address) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.ForwardLimit = null; // as many as there are known proxies in a row
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in address.Proxies)
            {
                forwarded.KnownIPNetworks.Add(proxy);
            }
        });
        builder.Services.AddHsts(hsts => hsts.MaxAge = HstsLasts);
    }

    /// <summary>First in the pipeline: what follows sees the sender's address and scheme.</summary>
    public static void UsePortalTransport(this WebApplication app)
    {
        var address = app.Services.GetRequiredService<PortalAddress>();
        if (address.Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        if (!address.IsHttps)
        {
            return;
        }

        app.UseHsts();
        if (address.Url is { } url)
        {
            app.Use((http, next) => LeadToHttpsAsync(http, next, url));
        }
    }

    // probes and this machine's own programs may stay with http; what carries a body is refused rather than sent in clear text twice
    private static Task LeadToHttpsAsync(HttpContext http, RequestDelegate next, Uri url)
    {
        if (http.Request.IsHttps || http.IsFromThisMachine() || http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            return next(http);
        }

        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.Redirect(new Uri(url, http.Request.PathBase.Add(http.Request.Path).ToUriComponent() + http.Request.QueryString.ToUriComponent()).AbsoluteUri);
            return Task.CompletedTask;
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return http.Response.WriteAsync($"Use {url.AbsoluteUri}: this address takes no clear text.\n");
    }

    /// <summary>The request was sent on this machine, and not on somebody's behalf by a proxy that nobody named.</summary>
    public static bool IsFromThisMachine(this HttpContext http) =>
        http.Connection.RemoteIpAddress is { } sender && System.Net.IPAddress.IsLoopback(sender)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
}
