using Pioneer.Embedded.Bank;
using Pioneer.Embedded.Connect;

namespace Pioneer.Embedded;

/// <summary>
/// A streaming platform in one process, kept under one folder: started in the order in which the parts need each other, stopped in the
/// reverse order. Starting again over the same folder goes on where it was, also after a kill.
/// </summary>
public sealed partial class EmbeddedPlatform : IAsyncDisposable, IFaultInjection
{
    private readonly EmbeddedPlatformOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private ConnectWorker? _connect;

    private EmbeddedPlatform(EmbeddedPlatformOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _loggers = loggers;
        _time = time;
    }

    /// <summary>Where the parts answer.</summary>
    public EmbeddedEndpoints Endpoints { get; private set; } = new(null, null, null, null, null);

    /// <summary>The bank, where it runs.</summary>
    public DemoBank? Bank { get; private set; }

    /// <summary>Faults for drills on this platform.</summary>
    public IFaultInjection Faults => this;

    /// <inheritdoc/>
    public bool BrokerIsUp => false;

    /// <summary>Starts the parts that the options name and returns when they can be used.</summary>
    public static async Task<EmbeddedPlatform> StartAsync(
        EmbeddedPlatformOptions options,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var platform = new EmbeddedPlatform(options, loggers, time);
        try
        {
            await platform.StartPartsAsync(cancellationToken);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StopBrokerAsync(CancellationToken cancellationToken) => throw NotHere("broker");

    /// <inheritdoc/>
    public Task StartBrokerAsync(CancellationToken cancellationToken) => throw NotHere("broker");

    /// <inheritdoc/>
    public Task StopConnectTaskAsync(string connector, CancellationToken cancellationToken)
    {
        (_connect ?? throw NotHere("Connect worker")).FailTasks(connector, "The task was stopped by a drill");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connect is not null)
        {
            await _connect.DisposeAsync();
        }

        if (Bank is not null)
        {
            await Bank.DisposeAsync();
        }
    }

    private static InvalidOperationException NotHere(string part) => new($"The embedded {part} does not run in this process");

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        var kafka = _options.ExternalKafka;
        if (_options.Demo)
        {
            Bank = await DemoBank.StartAsync(
                new DemoBankOptions
                {
                    Directory = Path.Combine(_options.DataDirectory, "demo"),
                    PaymentsPerSecond = _options.DemoPaymentsPerSecond,
                },
                _loggers,
                _time,
                cancellationToken);
        }

        if (_options.ConnectEndpoint is { } connect && kafka is not null)
        {
            _connect = await ConnectWorker.StartAsync(
                new ConnectWorkerOptions { Endpoint = connect, Kafka = kafka }, _loggers, _time, cancellationToken);
        }

        Endpoints = new EmbeddedEndpoints(null, null, null, _connect?.Url, Bank?.Url);
    }
}
