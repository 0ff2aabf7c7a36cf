using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pioneer.Embedded.Ksql.Http;

namespace Pioneer.Embedded.Ksql;

/// <summary>
/// A ksqlDB-compatible server in process: REST on loopback, any number of services (each signed in to its cluster as its own
/// principal), persistent queries with exactly-once output and state, push queries. Talks to clusters by the Kafka protocol only.
/// </summary>
public sealed class KsqlServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceRegistry _services;

    private KsqlServer(WebApplication app, ServiceRegistry services, Uri url)
    {
        _app = app;
        _services = services;
        Url = url;
    }

    /// <summary>Where service default_ and the host API are; another service is under <see cref="ServiceUrl"/>.</summary>
    public Uri Url { get; }

    /// <summary>The port that was taken.</summary>
    public IPEndPoint Endpoint => new(IPAddress.Parse(Url.Host), Url.Port);

    /// <summary>The base URL of a service.</summary>
    public Uri ServiceUrl(string serviceId) => new(Url, $"services/{Uri.EscapeDataString(serviceId)}");

    /// <summary>Starts listening and, in the background, every service it knows.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<KsqlServer> StartAsync(KsqlServerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        var logger = loggers.CreateLogger("Pioneer.Embedded.Ksql");
        var services = new ServiceRegistry(options.DataDirectory, logger, time);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production", ContentRootPath = options.DataDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Endpoint);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = KsqlApi.MaxRequestBytes;
        });
        var app = builder.Build();
        try
        {
            KsqlRoutes.Map(app, services, options, logger);
            await app.StartAsync(ct);
            var url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            await services.StartAsync(options.DefaultService, options.CommonBootstrapServers);
            KsqlServerLog.Listening(logger, url.ToString());
            return new KsqlServer(app, services, url);
        }
        catch
        {
            await services.DisposeAsync();
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops reading and writing (what was read is committed), closes open queries and the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        using (var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        {
            await _app.StopAsync(hurry.Token);
        }

        await _app.DisposeAsync();
    }
}
