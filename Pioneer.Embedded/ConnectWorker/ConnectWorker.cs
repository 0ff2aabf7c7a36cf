using System.Net;
using Pioneer.Embedded.Connect.Jdbc;
using Pioneer.Embedded.Connect.Rest;
using Pioneer.Embedded.Connect.Runtime;
using Pioneer.Embedded.Connect.Storage;

namespace Pioneer.Embedded.Connect;

/// <summary>
/// A Kafka Connect worker in the process: Connect's REST API, durable state in compacted topics, exactly-once source connectors. State is
/// in Kafka only: a worker that was killed goes on where its last committed transaction ended.
/// </summary>
public sealed partial class ConnectWorker : IAsyncDisposable
{
    private const long MaxBodyBytes = 1024 * 1024;

    private readonly WebApplication _app;
    private readonly Herder _herder;
    private readonly WorkerTopics _topics;
    private readonly CancellationTokenSource _stop = new();
    private Task _start = Task.CompletedTask;

    private ConnectWorker(WebApplication app, Herder herder, WorkerTopics topics, IPEndPoint endpoint)
    {
        _app = app;
        _herder = herder;
        _topics = topics;
        Endpoint = endpoint;
    }

    /// <summary>The version the REST API tells: Kafka Connect's whose API this is.</summary>
    public static string Version => "4.2.0-pioneer";

    /// <summary>The version of the connector classes: the product's.</summary>
    internal static string PluginVersion { get; } = typeof(ConnectWorker).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Where the REST API listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Base URL of the REST API, without a slash at the end.</summary>
    public string Url => $"http://{Endpoint}";

    /// <summary>
    /// Starts a worker and returns when its connectors run, or when <see cref="ConnectWorkerOptions.StartTimeout"/> is over: then REST
    /// answers 503 until Kafka does answer.
    /// </summary>
    public static async Task<ConnectWorker> StartAsync(
        ConnectWorkerOptions options,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<ConnectWorker>();
        var state = new WorkerState(options);
        var topics = new WorkerTopics(options, state.Accept, loggers.CreateLogger<WorkerTopics>());
        var status = new StatusReporter(options, topics, time, loggers.CreateLogger<StatusReporter>());
        var context = new WorkerContext(options, topics, state, status, time, loggers);
        var herder = new Herder(context, new ConnectorValidator([new JdbcSourceConnector(options.Sources, time, loggers)], context.References));
        var app = BuildApp(options, herder, loggers);
        await app.StartAsync(cancellationToken);
        var endpoint = new IPEndPoint(options.Endpoint.Address, new Uri(app.Urls.First()).Port);
        status.WorkerId = endpoint.ToString();
        var worker = new ConnectWorker(app, herder, topics, endpoint);
        worker._start = worker.StartHerderAsync(logger);
        try
        {
            await worker._start.WaitAsync(options.StartTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogStillStarting(logger, options.Kafka.ToString());
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }

        return worker;
    }

    /// <summary>Makes a connector's tasks FAILED with a trace, as if their code had thrown; for drills.</summary>
    /// <exception cref="ArgumentException">There is no such connector.</exception>
    public void FailTasks(string connector, string reason)
    {
        var instance = _herder.Exists(connector)
            ? _herder.Require(connector)
            : throw new ArgumentException($"There is no connector '{connector}'", nameof(connector));
        foreach (var task in instance.Tasks)
        {
            task.Inject(new InjectedFaultException(reason));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        await _start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _herder.DisposeAsync();
        await _topics.DisposeAsync();
        _stop.Dispose();
    }

    private static WebApplication BuildApp(ConnectWorkerOptions options, Herder herder, ILoggerFactory loggers)
    {
        // Empty: the host's environment (ASPNETCORE_URLS, appsettings.json and the like) is the portal's business, not the worker's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.ConfigureHttpJsonOptions(json => ConnectRestApi.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(options.Endpoint);
        });
        var app = builder.Build();
        app.UseMiddleware<RestGuard>(herder);
        app.MapConnectApi(herder);
        return app;
    }

    private async Task StartHerderAsync(ILogger logger)
    {
        try
        {
            await _herder.Context.Options.WhenKafkaIsReady(_stop.Token);
            await _herder.StartAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped before Kafka answered.
        }
        catch (Exception error)
        {
            LogStartFailed(logger, error);
            throw;
        }
    }

    /// <summary>Signals and console belong to the process that hosts the worker.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [LoggerMessage(7004, LogLevel.Warning, "The Connect worker still waits for Kafka at {Kafka}; it goes on trying")]
    private static partial void LogStillStarting(ILogger logger, string kafka);

    [LoggerMessage(7005, LogLevel.Error, "The Connect worker could not start")]
    private static partial void LogStartFailed(ILogger logger, Exception error);
}
